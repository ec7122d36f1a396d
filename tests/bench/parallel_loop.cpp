#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <numeric>
#include <thread>

#include "sim/kernel/check.hpp"
#include "tests/bench/bare_loop.hpp"

namespace chatsim::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The simulated second is measured in slices, and the fastest of all rounds is taken of each: the same is computed in each
/// round, and other programs make a slice slower, never faster. Two threads that have to meet each window need both cores
/// at once, which a shared machine hardly ever leaves them for a whole run.
struct Slice {
  double wall_s = std::numeric_limits<double>::infinity();
  double waited_s = 0;  ///< Both threads together.
};
constexpr std::uint64_t slices = 100, slice_ns = 10'000'000;
using Slices = std::array<Slice, slices>;

/// A partition, and what its thread tells the other one at the end of a window. Of mail and next_ns there are two, by turns:
/// while this thread fills one the other may still read the one before, but not the one before that, since it has ended
/// a window since then. So a window has one barrier.
struct alignas(128) Side {
  explicit Side(std::uint32_t scale, std::uint32_t partition) : loop(scale, partition) {}

  BareLoop<2> loop;
  std::array<BareLoop<2>::Mail, 2> mail;
  std::array<std::uint64_t, 2> next_ns{};
  std::uint64_t windows = 0;
  double waited_s = 0;  ///< In this slice.
  Slices slices;
  alignas(128) std::atomic<std::uint64_t> ended = 0;  ///< Windows.
};

/// Spins, since a window is some microseconds; yields if that takes longer, since the other thread may have no core.
void wait_for(const Side& other, std::uint64_t window, double& waited_s) {
  const auto there = [&] { return other.ended.load(std::memory_order_acquire) >= window; };
  if (there()) return;
  const auto begin = Clock::now();
  for (unsigned turn = 0; !there(); ++turn) {
    if (turn > 2'000) std::this_thread::yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  waited_s += seconds_since(begin);
}

/// Nicol's YAWNS (The cost of conservative synchronization in parallel discrete event simulations, JACM 40(2), 1993): what
/// is to happen within the lookahead of the earliest event of all cannot be changed by the other partition.
void run_slice(Side& own, const Side& other, std::uint64_t window_ns, std::uint64_t begin_ns) {
  for (const std::uint64_t end_ns = begin_ns + slice_ns; begin_ns < end_ns;) {
    const std::uint64_t window = ++own.windows, turn = window % 2;
    own.mail[turn].clear();
    own.loop.run_before(std::min(begin_ns + window_ns, end_ns), own.mail[turn]);
    own.next_ns[turn] = own.loop.next_ns();
    own.ended.store(window, std::memory_order_release);
    wait_for(other, window, own.waited_s);
    own.loop.receive(other.mail[turn]);
    begin_ns = std::min(own.next_ns[turn], other.next_ns[turn]);
  }
}

void run(Side& own, const Side& other, std::uint64_t window_ns) {
  for (std::uint64_t i = 0; i < slices; ++i) {
    const auto begin = Clock::now();
    own.waited_s = 0;
    run_slice(own, other, window_ns, i * slice_ns);
    own.slices[i] = {seconds_since(begin), own.waited_s};
  }
}

struct Outcome {
  std::uint64_t events = 0, windows = 0;
  Completions completions;
  Slices slices;

  double sum(double Slice::* what) const {
    return std::accumulate(slices.begin(), slices.end(), 0., [=](double sum, const Slice& slice) { return sum + slice.*what; });
  }
};

Outcome run_in_one_piece(std::uint32_t scale) {
  BareLoop<1> loop(scale);
  BareLoop<1>::Mail none;
  Outcome outcome;
  for (std::uint64_t i = 0; i < slices; ++i) {
    const auto begin = Clock::now();
    loop.run_before((i + 1) * slice_ns, none);
    outcome.slices[i].wall_s = seconds_since(begin);
  }
  outcome.events = loop.events();
  outcome.completions = loop.completions();
  return outcome;
}

Outcome run_in_parallel(std::uint32_t scale, std::uint64_t window_ns) {
  const auto left = std::make_unique<Side>(scale, 0), right = std::make_unique<Side>(scale, 1);
  std::atomic<bool> is_there = false;
  std::thread second([&] {
    is_there = true;
    run(*right, *left, window_ns);
  });
  while (!is_there) std::this_thread::yield();
  run(*left, *right, window_ns);
  second.join();

  Outcome outcome;
  outcome.windows = left->windows;
  outcome.slices = left->slices;
  for (std::uint64_t i = 0; i < slices; ++i) outcome.slices[i].waited_s += right->slices[i].waited_s;
  for (const Side* side : {left.get(), right.get()}) {
    outcome.events += side->loop.events();
    outcome.completions.add(side->loop.completions());
  }
  return outcome;
}

/// Of a round after others.
void add_round(Outcome& all, const Outcome& round) {
  CHATSIM_CHECK(round.events == all.events && round.completions.hash() == all.completions.hash(),
                "{} events and {}, before {} events and {}", round.events, round.completions.hash(), all.events,
                all.completions.hash());
  std::transform(all.slices.begin(), all.slices.end(), round.slices.begin(), all.slices.begin(),
                 [](const Slice& a, const Slice& b) { return a.wall_s < b.wall_s ? a : b; });
}

Row measure(std::uint64_t machines, std::uint64_t window_ns) {
  CHATSIM_CHECK(window_ns <= BareLoop<2>::wire_ns, "a window of {} ns is longer than the lookahead", window_ns);
  const auto scale = static_cast<std::uint32_t>(50'000 / machines);
  const double budget_s = std::min(15., 0.5 * static_cast<double>(machines) / 500);
  const auto begin = Clock::now();
  Outcome whole = run_in_one_piece(scale), parallel = run_in_parallel(scale, window_ns);
  while (seconds_since(begin) < budget_s) {
    add_round(whole, run_in_one_piece(scale));
    add_round(parallel, run_in_parallel(scale, window_ns));
  }
  CHATSIM_CHECK(parallel.events == whole.events && parallel.completions.hash() == whole.completions.hash(),
                "{} events and {} in parallel, {} events and {} in one piece", parallel.events,
                parallel.completions.hash(), whole.events, whole.completions.hash());

  const double wall_s = parallel.sum(&Slice::wall_s), wall_s_in_one_piece = whole.sum(&Slice::wall_s);
  Row row = {{"machines", machines}};
  row.update(rates(parallel.events, parallel.completions.count(), wall_s));
  row["wall_s_per_simulated_s"] = wall_s;
  row["speed_up"] = wall_s_in_one_piece / wall_s;
  row["events_per_s_in_one_piece"] = static_cast<double>(whole.events) / wall_s_in_one_piece;
  row["window_us"] = static_cast<double>(window_ns) * 1e-3;
  row["events_per_window"] = static_cast<double>(parallel.events) / static_cast<double>(parallel.windows);
  row["waited_share"] = parallel.sum(&Slice::waited_s) / (2 * wall_s);
  row["mean_ms"] = parallel.completions.mean_ms();
  row["mean_ms_by_theory"] = pipeline::mean_ms;
  row["hash"] = parallel.completions.hash();
  return row;
}

}  // namespace

template <unsigned window_us>
Row measure_parallel_loop(std::uint64_t machines) {
  return measure(machines, window_us * 1'000);
}
template Row measure_parallel_loop<7>(std::uint64_t);
template Row measure_parallel_loop<35>(std::uint64_t);
template Row measure_parallel_loop<70>(std::uint64_t);

}  // namespace chatsim::bench
