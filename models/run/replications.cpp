#include "models/run/replications.hpp"

#include <poll.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "models/run/child.hpp"
#include "models/run/result_bytes.hpp"
#include "models/run/simulate_on.hpp"
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

/// The process that has built the datacenter and forks the replications.
class Host {
 public:
  Host(const spec::Scenario& scenario, std::span<const std::uint64_t> seeds, int jobs, const Notify& notify)
      : scenario_(scenario), seeds_(seeds), jobs_(static_cast<std::size_t>(jobs)), notify_(notify) {}

  void run(const std::atomic<bool>& stop) {
    tell_progress();
    sim::World world(spec::slice(scenario_).datacenter);
    platform_build_s_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    // What the host holds itself is shared with all replications.
    shared_bytes_ = resident_bytes("self");
    available_bytes_ = available_memory();
    while (true) {
      while (!stop && next_ < seeds_.size() && may_begin()) begin(world);
      if (running_.empty()) return;
      wait();
      if (stop && !end_early()) return;
    }
  }

 private:
  struct Replication {
    std::uint64_t index;
    std::unique_ptr<Child> child;
    Progress progress;
    bool grown = false;  // Past its construction: its memory is nearly what it will be.
  };

  bool may_begin() const {
    if (running_.empty()) return true;
    if (running_.size() >= jobs_) return false;
    // One by one until it is known what one needs, which takes a moment: what a run holds it holds from its beginning.
    if (peak_bytes_ == 0 && !running_.front().grown) return false;
    if (!available_bytes_) return true;
    std::uint64_t of_one = peak_bytes_;
    if (of_one == 0) {
      for (const Replication& replication : running_)
        of_one = std::max(of_one, resident_bytes(std::to_string(replication.child->process())));
      of_one += of_one / 4;  // Until one has ended, its peak is a guess.
    }
    of_one -= std::min(of_one, shared_bytes_);
    return running_.size() < processes_that_fit(*available_bytes_, of_one);
  }

  void begin(sim::World& world) {
    const std::uint64_t index = next_++;
    auto child = std::make_unique<Child>([&, index](const std::atomic<bool>& stop, const Notify& notify) {
      spec::Scenario scenario = scenario_;
      scenario.seed = seeds_[index];
      BuildCost build;
      build.platform_s = platform_build_s_;
      return bytes_of(simulate_on(world, scenario, build, stop,
                                  [&](const Progress& state) { notify(record_bytes(state)); }));
    });
    running_.push_back({index, std::move(child), {}, false});
  }

  void wait() {
    std::vector<pollfd> readable;
    for (const Replication& replication : running_)
      readable.push_back({replication.child->descriptor(), POLLIN, 0});
    if (poll(readable.data(), readable.size(), poll_interval_ms) <= 0) return;
    std::vector<Replication> still_running;
    for (std::size_t i = 0; i < running_.size(); ++i) {
      Replication& replication = running_[i];
      const bool open = readable[i].revents == 0 || replication.child->read([&](std::string_view bytes) {
        replication.progress = record_from<Progress>(bytes);
        replication.grown = replication.progress.phase != Progress::Phase::building;
      });
      if (open) {
        still_running.push_back(std::move(replication));
      } else {
        hand_over(replication);
      }
    }
    running_ = std::move(still_running);
    tell_progress();
  }

  void hand_over(Replication& replication) {
    const auto outcome = replication.child->end();
    if (const auto* failure = std::get_if<ChildFailure>(&outcome)) {
      notify_(notice_bytes(Notice::Kind::failure, replication.index, failure->message));
      return;
    }
    const auto& output = std::get<ChildOutput>(outcome);
    peak_bytes_ = std::max(peak_bytes_, output.peak_rss_bytes);
    ++finished_;
    notify_(notice_bytes(Notice::Kind::result, replication.index, output.bytes));
  }

  /// Whether there is anything to wait for: with nothing finished, what the first of those under way has.
  bool end_early() {
    if (finished_ > 0 || running_.empty()) return false;
    running_.resize(1);
    running_.front().child->stop();
    return true;
  }

  void tell_progress() {
    ReplicationsProgress progress;
    progress.finished = next_ - running_.size();
    progress.running = running_.size();
    progress.planned = seeds_.size();
    for (const Replication& replication : running_) progress.simulated_s += replication.progress.simulated_s;
    progress.duration_s = scenario_.simulation.duration.value();
    progress.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    notify_(notice_bytes(Notice::Kind::progress, 0, record_bytes(progress)));
  }

  const spec::Scenario& scenario_;
  std::span<const std::uint64_t> seeds_;
  std::size_t jobs_;
  const Notify& notify_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double platform_build_s_ = 0;

  std::vector<Replication> running_;  // In the order of their seeds.
  std::size_t next_ = 0;
  std::uint64_t finished_ = 0;  // With a result.
  std::uint64_t shared_bytes_ = 0;
  std::optional<std::uint64_t> available_bytes_;
  std::uint64_t peak_bytes_ = 0;  // Of the largest that has ended; 0 while none has.
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

}  // namespace chatsim::models
