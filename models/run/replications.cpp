#include "models/run/replications.hpp"

#include <poll.h>

#include <chrono>
#include <utility>
#include <vector>

#include "models/run/child.hpp"
#include "models/run/memory.hpp"
#include "models/run/result_bytes.hpp"
#include "models/run/simulate_on.hpp"
#include "models/run/simulation_pool.hpp"
#include "scenarios/spec/slice.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {
namespace {

/// What the host tells its caller: this, then bytes of the kind.
struct Notice {
  enum class Kind : std::uint8_t { progress, result, failure };
  Kind kind;
  std::uint64_t index;  // In the seeds; of no meaning to progress.
};

std::string notice_bytes(Notice::Kind kind, std::uint64_t index, std::string_view bytes) {
  return std::string(record_bytes(Notice{kind, index})).append(bytes);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

ReplicationsProgress progress_of(const SimulationPool& pool, std::size_t begun, std::size_t planned,
                                 const spec::Scenario& scenario, std::chrono::steady_clock::time_point begin) {
  ReplicationsProgress progress;
  progress.finished = begun - pool.running();
  progress.running = pool.running();
  progress.planned = planned;
  progress.simulated_s = pool.simulated_s();
  progress.duration_s = scenario.simulation.duration.value();
  progress.wall_s = seconds_since(begin);
  return progress;
}

/// The process that has built the datacenter and forks the replications.
class Host {
 public:
  Host(const spec::Scenario& scenario, std::span<const std::uint64_t> seeds, int jobs, const Notify& notify)
      : scenario_(scenario), seeds_(seeds), notify_(notify), pool_(jobs) {}

  void run(const std::atomic<bool>& stop) {
    tell_progress();
    sim::World world(spec::slice(scenario_).datacenter);
    platform_build_s_ = seconds_since(begin_);
    pool_.share(resident_bytes("self"));
    while (true) {
      while (!stop && next_ < seeds_.size() && pool_.may_begin()) begin(world);
      if (pool_.running() == 0) return;
      pool_.wait([&](std::uint64_t index, const auto& outcome) { hand_over(index, outcome); });
      tell_progress();
      if (stop && !end_early()) return;
    }
  }

 private:
  void begin(sim::World& world) {
    const std::uint64_t index = next_++;
    pool_.begin(index, [&, index](const std::atomic<bool>& stop, const Notify& notify) {
      spec::Scenario scenario = scenario_;
      scenario.seed = seeds_[index];
      BuildCost build;
      build.platform_s = platform_build_s_;
      return bytes_of(simulate_on(world, scenario, build, stop,
                                  [&](const Progress& state) { notify(record_bytes(state)); }));
    });
  }

  void hand_over(std::uint64_t index, const std::variant<ChildOutput, ChildFailure>& outcome) {
    if (const auto* failure = std::get_if<ChildFailure>(&outcome)) {
      notify_(notice_bytes(Notice::Kind::failure, index, failure->message));
      return;
    }
    ++finished_;
    notify_(notice_bytes(Notice::Kind::result, index, std::get<ChildOutput>(outcome).bytes));
  }

  /// Whether there is anything to wait for: with nothing finished, what the first of those under way has.
  bool end_early() {
    if (finished_ > 0 || pool_.running() == 0) return false;
    pool_.stop_at_first();
    return true;
  }

  void tell_progress() {
    const ReplicationsProgress progress = progress_of(pool_, next_, seeds_.size(), scenario_, begin_);
    notify_(notice_bytes(Notice::Kind::progress, 0, record_bytes(progress)));
  }

  const spec::Scenario& scenario_;
  std::span<const std::uint64_t> seeds_;
  const Notify& notify_;
  SimulationPool pool_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double platform_build_s_ = 0;
  std::size_t next_ = 0;
  std::uint64_t finished_ = 0;  // With a result.
};

}  // namespace

std::optional<RunFailure> run_replications(const spec::Scenario& scenario,
                                           std::span<const std::uint64_t> seeds, int jobs,
                                           const ReplicationsCaller& caller) {
  Child host([&](const std::atomic<bool>& stop, const Notify& notify) {
    Host(scenario, seeds, jobs, notify).run(stop);
    return std::string();
  });
  const auto on_notice = [&](std::string_view bytes) {
    const auto notice = record_from<Notice>(bytes);
    bytes.remove_prefix(sizeof notice);
    switch (notice.kind) {
      case Notice::Kind::progress:
        caller.progress(record_from<ReplicationsProgress>(bytes));
        break;
      case Notice::Kind::result:
        caller.take(notice.index, result_from(bytes));
        break;
      case Notice::Kind::failure:
        caller.take(notice.index, RunFailure{std::string(bytes)});
        break;
    }
  };
  pollfd readable{host.descriptor(), POLLIN, 0};
  for (bool open = true; open;) {
    if (caller.enough()) host.stop();
    if (poll(&readable, 1, poll_interval_ms) > 0) open = host.read(on_notice);
  }
  const auto ending = host.end();
  if (const auto* failure = std::get_if<ChildFailure>(&ending)) return RunFailure{failure->message};
  return std::nullopt;
}

void run_each(std::size_t count, const std::function<spec::Scenario(std::size_t)>& scenario_of, int jobs,
              const ReplicationsCaller& caller) {
  const auto began = std::chrono::steady_clock::now();
  SimulationPool pool(jobs);
  std::size_t next = 0;
  bool taken_any = false, asked_to_end = false;
  spec::Scenario last;
  while (true) {
    const bool enough = caller.enough();
    while (!enough && next < count && pool.may_begin()) {
      last = scenario_of(next);
      pool.begin(next, [scenario = last](const std::atomic<bool>& stop, const Notify& notify) {
        return bytes_of(simulate(scenario, stop, [&](const Progress& state) { notify(record_bytes(state)); }));
      });
      ++next;
    }
    if (pool.running() == 0) return;
    if (enough && taken_any) return pool.drop_all();
    if (enough && !std::exchange(asked_to_end, true)) pool.stop_at_first();
    pool.wait([&](std::uint64_t index, const std::variant<ChildOutput, ChildFailure>& outcome) {
      taken_any = true;
      if (const auto* failure = std::get_if<ChildFailure>(&outcome)) {
        caller.take(index, RunFailure{failure->message});
      } else {
        caller.take(index, result_from(std::get<ChildOutput>(outcome).bytes));
      }
    });
    caller.progress(progress_of(pool, next, count, last, began));
  }
}

}  // namespace chatsim::models
