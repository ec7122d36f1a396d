#include <algorithm>

#include "sim/kernel/random/fast_math.hpp"
#include "sim/kernel/task.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

using namespace sim;

/// N coroutines that only sleep, exponentially, and after some sleeps hand over to a new one: what the event queue, the
/// resumption of a coroutine and the arena cost together, without machines and requests. As under the hold model of the
/// event queue the mean follows N, so that the rate is always 60 million events a simulated second.
class Sleepers {
 public:
  explicit Sleepers(std::uint64_t count) : mean_ns_(static_cast<double>(count) / 0.06) {
    for (std::uint64_t i = 0; i < count; ++i) spawn(no_machine, sleeper(i));
  }

  void run(std::uint64_t events) { scheduler_.run_until(time_never, events); }
  std::uint64_t events() const { return scheduler_.events(); }
  std::string hash() const { return hash_.text(); }

 private:
  Task<void> sleeper(std::uint64_t random) {
    // About as many as a message of the pipeline waits.
    for (int left = 8; left > 0; --left) {
      // The generator (Knuth's MMIX) costs a nanosecond, the logarithm some: what is drawn is not what is measured.
      random = random * 6364136223846793005 + 1442695040888963407;
      const double delay_ns = mean_ns_ * negative_log(random);
      co_await sleep(scheduler_, Duration{static_cast<Duration::rep>(delay_ns + 0.5)});
      hash_.add(static_cast<std::uint64_t>(scheduler_.now().time_since_epoch().count()) ^ random);
    }
    spawn(no_machine, sleeper(random));
  }

  Scheduler scheduler_;
  double mean_ns_;
  Hash hash_;
};

}  // namespace

Row measure_kernel(std::uint64_t coroutines) {
  Sleepers sleepers(coroutines);
  sleepers.run(std::max<std::uint64_t>(500'000, 2 * coroutines));  // Until the queue's buckets fit.
  const std::uint64_t before = sleepers.events();
  const double begin = processor_s();
  sleepers.run(5'000'000);
  Row row = {{"coroutines", coroutines}};
  row.update(rates(sleepers.events() - before, processor_s() - begin));
  row["hash"] = sleepers.hash();
  return row;
}

}  // namespace chatsim::bench
