#include "models/run/branch.hpp"

#include <poll.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "models/run/child.hpp"
#include "models/run/memory.hpp"
#include "models/run/result_bytes.hpp"
#include "models/run/simulate_on.hpp"
#include "scenarios/spec/slice.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {
namespace {

/// What the trunk tells its caller: this, then bytes of the kind.
struct Notice {
  enum class Kind : std::uint8_t { before, after, result, failure };
  Kind kind;
  std::uint64_t index;  // The baseline is 0; of no meaning to progress.
};

std::string notice_bytes(Notice::Kind kind, std::uint64_t index, std::string_view bytes) {
  return std::string(record_bytes(Notice{kind, index})).append(bytes);
}

/// The process that simulates up to the instant and then forks the branches; and each of these.
class Trunk {
 public:
  Trunk(const spec::Scenario& scenario, spec::Seconds at, std::span<const spec::Scenario> variants, int jobs,
        const Notify& notify)
      : scenario_(scenario), at_(at), variants_(variants), jobs_(static_cast<std::size_t>(jobs)), notify_(notify) {}

  /// \returns what a branch puts out; of a trunk that was stopped before the instant, nothing.
  std::string run(const std::atomic<bool>& stop) {
    const auto tell = [this](const Progress& progress) {
      notify_(is_branch_ ? std::string(record_bytes(progress))
                         : notice_bytes(Notice::Kind::before, 0, record_bytes(progress)));
    };
    BuildCost build;
    tell({Progress::Phase::building, 0, scenario_.simulation.duration.value(), 0, 0});
    sim::World world(spec::slice(scenario_).datacenter);
    build.platform_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - build.begin).count();
    const Interlude interlude{at_, [&] { return branch(stop); }};
    const spec::Result result = simulate_on(world, scenario_, build, stop, tell, &interlude);
    return is_branch_ ? bytes_of(result) : std::string();
  }

 private:
  struct Running {
    std::uint64_t index;
    std::unique_ptr<Child> child;
    double simulated_s;
  };

  /// Returns in branches alone, with the scenario that they go on with.
  std::optional<spec::Scenario> branch(const std::atomic<bool>& stop) {
    begin_ = std::chrono::steady_clock::now();
    // A branch comes to touch all that it shares with the trunk at first, and grows beside.
    if (const auto available = available_memory()) {
      const std::uint64_t held = resident_bytes("self");
      jobs_ = std::min<std::size_t>(jobs_, processes_that_fit(*available, held + held / 4));
    }
    while (true) {
      while (!stop && next_ <= variants_.size() && running_.size() < jobs_) {
        const std::uint64_t index = next_++;
        std::unique_ptr<Child> child = Child::split();
        if (child == nullptr) return become(index);
        running_.push_back({index, std::move(child), at_.value()});
      }
      if (running_.empty()) leave_child("");
      wait();
    }
  }

  std::optional<spec::Scenario> become(std::uint64_t index) {
    is_branch_ = true;
    running_.clear();  // The others are the trunk's.
    return index == 0 ? std::nullopt : std::optional(variants_[index - 1]);
  }

  void wait() {
    std::vector<pollfd> readable;
    for (const Running& running : running_) readable.push_back({running.child->descriptor(), POLLIN, 0});
    if (poll(readable.data(), readable.size(), poll_interval_ms) <= 0) return;
    std::vector<Running> still_running;
    for (std::size_t i = 0; i < running_.size(); ++i) {
      Running& running = running_[i];
      const bool open = readable[i].revents == 0 || running.child->read([&](std::string_view bytes) {
        running.simulated_s = record_from<Progress>(bytes).simulated_s;
      });
      if (open) {
        still_running.push_back(std::move(running));
      } else {
        hand_over(running);
      }
    }
    running_ = std::move(still_running);
    tell_progress();
  }

  void hand_over(Running& running) {
    const auto outcome = running.child->end();
    if (const auto* failure = std::get_if<ChildFailure>(&outcome)) {
      notify_(notice_bytes(Notice::Kind::failure, running.index, failure->message));
    } else {
      notify_(notice_bytes(Notice::Kind::result, running.index, std::get<ChildOutput>(outcome).bytes));
    }
  }

  void tell_progress() {
    ReplicationsProgress progress;
    progress.finished = next_ - running_.size();
    progress.running = running_.size();
    progress.planned = 1 + variants_.size();
    for (const Running& running : running_) progress.simulated_s += running.simulated_s - at_.value();
    progress.duration_s = scenario_.simulation.duration.value() - at_.value();
    progress.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    notify_(notice_bytes(Notice::Kind::after, 0, record_bytes(progress)));
  }

  const spec::Scenario& scenario_;
  spec::Seconds at_;
  std::span<const spec::Scenario> variants_;
  std::size_t jobs_;
  const Notify& notify_;
  std::chrono::steady_clock::time_point begin_;  // Of the branches.

  bool is_branch_ = false;
  std::vector<Running> running_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::vector<Branch> run_branches(const spec::Scenario& scenario, spec::Seconds at,
                                 std::span<const spec::Scenario> variants, int jobs, const std::atomic<bool>& stop,
                                 const BranchesCaller& caller) {
  std::vector<Branch> branches(1 + variants.size());
  const auto ending = run_in_child(
      [&](const std::atomic<bool>& trunk_stop, const Notify& notify) {
        return Trunk(scenario, at, variants, jobs, notify).run(trunk_stop);
      },
      stop,
      [&](std::string_view bytes) {
        const auto notice = record_from<Notice>(bytes);
        bytes.remove_prefix(sizeof notice);
        switch (notice.kind) {
          case Notice::Kind::before:
            caller.before(record_from<Progress>(bytes));
            break;
          case Notice::Kind::after:
            caller.after(record_from<ReplicationsProgress>(bytes));
            break;
          case Notice::Kind::result:
            branches[notice.index].result = result_from(bytes);
            break;
          case Notice::Kind::failure:
            branches[notice.index].failure = bytes;
            break;
        }
      });
  if (const auto* failure = std::get_if<ChildFailure>(&ending)) {
    for (Branch& branch : branches) {
      if (!branch.result && branch.failure.empty()) branch.failure = failure->message;
    }
  }
  return branches;
}

}  // namespace chatsim::models
