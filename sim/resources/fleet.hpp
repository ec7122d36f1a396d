#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/result.hpp"
#include "sim/kernel/check.hpp"
#include "sim/kernel/huge_pages.hpp"
#include "sim/kernel/task.hpp"
#include "sim/platform/platform.hpp"

namespace chatsim::sim {

using MachineIndex = std::uint32_t;
using TierIndex = std::uint16_t;

/// Which of the requests that wait are turned away, beside those that find no room.
enum class Shedding : std::uint8_t {
  none,
  codel,     ///< Those that waited too long, when their turn comes.
  priority,  ///< Those of less important classes, when they come, while many wait.
};
/// How important a request is: 0 is the most. See Rpc::set_priority.
inline constexpr std::size_t priority_classes = 3;

/// Machines of one kind: what they can do at once.
struct TierOptions {
  std::string name;
  std::uint32_t machines = 1;
  std::uint32_t threads = 1;  ///< Of one machine; a request holds one for its whole service time.
  std::uint32_t cores = 1;    ///< Of one machine; a request holds one for the CPU part of its service time.
  std::uint32_t queue_limit = 0;  ///< Requests that wait in one machine at most.
  Shedding shedding = Shedding::none;
  /// Shedding::codel, as in Maurer, "Fail at scale" (ACM Queue 13(8), 2015): where requests have been waiting all the
  /// time for codel_interval, each may wait for codel_target; else for codel_interval.
  Duration codel_target = std::chrono::milliseconds{5};
  Duration codel_interval = std::chrono::milliseconds{100};
  /// There too, as "adaptive LIFO": where requests have been waiting for so long, the newest is served first.
  bool newest_first = false;
  /// Shedding::priority: how much of queue_limit a class may find taken when it comes.
  std::array<float, priority_classes> class_shares{1, 0.5F, 0.25F};
};

/// What of it may change while machines serve.
struct TierCapacity {
  std::uint32_t threads = 1;
  std::uint32_t queue_limit = 0;
  Shedding shedding = Shedding::none;
  Duration codel_target = std::chrono::milliseconds{5};
  Duration codel_interval = std::chrono::milliseconds{100};
  bool newest_first = false;
};

/// A machine's network card and its way to the switch of its rack: a copy of what Platform knows (see Wire).
struct NetworkCard {
  Time free{};  ///< When it has sent what it was given.
  std::uint64_t bytes_sent = 0;
  std::uint32_t latency_up_ns = 0;
  std::uint32_t latency_down_ns = 0;
  std::uint32_t rack = 0;
  float ns_per_byte = 0;
};

/// What changes in a machine with every request. A request touches machines at random, and with 50,000 of them memory
/// decides the cost of an event: so all of them touch the first of two cache lines, and only what computes or waits
/// the second one as well.
struct alignas(64) Machine {
  std::uint32_t queue_head = 0;  ///< Waiting requests, as blocks of the arena; 0 is none.
  std::uint32_t busy = 0;        ///< Threads held.
  std::uint32_t cores_busy = 0;
  HostIndex host = 0;
  float slowness = 1;  ///< 1 / speed of the host relative to the reference.
  TierIndex tier = 0;
  bool up : 1 = true;
  bool slow_disk : 1 = false;  ///< See Fleet::slow_disk.
  std::uint8_t deaths = 0;  ///< Modulo 256: who waits for something of it sees whether it died meanwhile.
  Duration thread_work{};   ///< Offered to it since measuring began: of all arrivals, the rejected included.
  NetworkCard card;

  std::uint32_t queue_tail = 0;
  std::uint32_t queue_length = 0;
  Duration core_work{};
  /// When its busy cores will be free. The slots of more than these lie in Fleet: few machines need them.
  std::array<Time, 6> core_free{};
};
static_assert(sizeof(Machine) == 128 && offsetof(Machine, queue_tail) == 64);

/// Of a tier, since measuring began: requests that were not served, or calls not sent, for a reason of their own,
/// neither a full queue nor a death; and those that were sent twice.
struct ResilienceCounts {
  std::uint64_t expired = 0;        ///< Their deadline passed before a thread took them: Rpc::drop_expired.
  std::uint64_t unsent = 0;         ///< Calls for which no time was left.
  std::uint64_t shed_by_codel = 0;
  std::uint64_t shed_by_class = 0;
  std::uint64_t hedged = 0;         ///< Calls that had a reserve.
  std::uint64_t hedges_sent = 0;    ///< Calls whose reserve was sent.
  std::uint64_t hedges_won = 0;     ///< Of these: with an answer of the reserve among those that decided.
  std::uint64_t hedges_denied = 0;  ///< The budget was used up.
  std::uint64_t ties_cancelled = 0; ///< Requests whose counterpart was served first.
  std::uint64_t refused_by_bulkhead = 0;
  std::uint64_t refused_by_breaker = 0;
  std::uint64_t breaker_openings = 0;
};

/// Requests times nanoseconds. In 64 bits the queues of a large fleet would overflow if all were full for 20
/// s.
__extension__ using RequestTime = unsigned __int128;

/// What a tier's machines did together since measuring began. Areas are integrals over time of the number in
/// the whole tier, kept exact at every change. A request that is still on its way is already among those
/// waiting or busy (Rpc::lookahead), but the areas do not contain it until it is there: what it will be
/// counted too much is taken off at once, so that an area may be below 0 for a moment (modulo 2^128). Only
/// the busy threads of what is on its way when measuring begins or ends are cut off some microseconds late
/// and early, the same in the mean.
struct TierStatistics {
  std::uint64_t arrivals = 0;
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::uint64_t rejected = 0;
  Duration core_time{};  ///< Of those that were started.
  Duration served{};
  RequestTime waited = 0;          ///< Of those that were started, from when they came.
  RequestTime waited_in_vain = 0;  ///< Of those that died with their machine, or were dropped when their turn came.
  RequestTime waited_before = 0;   ///< When measuring began, of those that waited then.
  std::uint64_t queue_longest = 0;
  std::uint64_t waiting = 0;  ///< Now.
  std::uint64_t busy = 0;     ///< Now.
  RequestTime queue_area = 0;
  double busy_area_ns = 0;
  Time changed{};
  ResilienceCounts resilience;

  void advance(Time now) {
    const auto elapsed = static_cast<std::uint64_t>((now - changed).count());
    queue_area += static_cast<RequestTime>(elapsed) * waiting;
    busy_area_ns += static_cast<double>(elapsed) * static_cast<double>(busy);
    changed = now;
  }

  static Duration ahead(Time arrival, Time now) { return std::max(arrival - now, Duration{}); }
  static RequestTime ahead_area(Time arrival, Time now) {
    return static_cast<RequestTime>(ahead(arrival, now).count());
  }
  // All these at an instant up to which advance() was called; `arrival` may lie ahead of it.
  void begin_waiting(Time now, Time arrival) {
    ++waiting;
    queue_area -= ahead_area(arrival, now);
  }
  void end_waiting(Time now, Time arrival) {
    --waiting;
    queue_area += ahead_area(arrival, now);
  }
  void begin_busy(Time now, Time start) {
    ++busy;
    busy_area_ns -= static_cast<double>(ahead(start, now).count());
  }
  void end_busy(Time now, Time start) {
    --busy;
    busy_area_ns += static_cast<double>(ahead(start, now).count());
  }
};

/// All machines of a simulation, tier after tier, each on a host of its own. The machines of a tier are
/// strewn over the racks, as a scheduler that knows failure domains would place them.
class Fleet {
 public:
  explicit Fleet(const Platform& platform) : platform_(platform) {}

  /// Room for the tier must be left on the platform. To be called before the simulation starts.
  TierIndex add_tier(const TierOptions& options);

  /// From now on. Who waits for a thread is Rpc's: see Rpc::resize.
  void resize(TierIndex tier, const TierCapacity& capacity, Time now);

  Machine& operator[](MachineIndex machine) { return machines_[machine]; }
  const Machine& operator[](MachineIndex machine) const { return machines_[machine]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(machines_.size()); }

  void prefetch(MachineIndex machine) const { __builtin_prefetch(&machines_[machine], 1); }
  void prefetch_for_request(MachineIndex machine) const {
    prefetch(machine);
    __builtin_prefetch(&machines_[machine].core_free, 1);
  }

  std::uint32_t tiers() const { return static_cast<std::uint32_t>(tiers_.size()); }
  const TierOptions& options(TierIndex tier) const { return tiers_[tier].options; }
  MachineIndex first(TierIndex tier) const { return tiers_[tier].first; }
  TierStatistics& statistics(TierIndex tier) { return tiers_[tier].statistics; }
  const ResilienceCounts& resilience(TierIndex tier) const { return tiers_[tier].statistics.resilience; }

  /// Every queue is served in the order of arrival, and all of it: nobody looks at what comes next.
  bool queues_are_plain() const { return queues_are_plain_; }
  void watch_queues() { queues_are_plain_ = false; }

  FailureDomains domain(MachineIndex machine) const { return platform_.domain(machines_[machine].host); }
  std::uint32_t region(MachineIndex machine) const { return platform_.regions() == 1 ? 0 : domain(machine).region; }
  /// The machine on a host, no_machine if it is spare.
  MachineIndex on_host(HostIndex host) const { return machine_on_.empty() ? no_machine : machine_on_[host]; }

  struct CoreRequest {
    Time now;   ///< Not before that of the machine's previous request.
    Time from;  ///< When the core is wanted: not before now.
    Duration cpu;
  };
  /// When a request will have had a core for its `cpu`. Cores are given in order of asking, so the recursion
  /// of Kiefer and Wolfowitz (1955) is exact and no event is needed: the request takes the core that is free
  /// first.
  Time take_core(MachineIndex machine, const CoreRequest& request);

  /// From now on what a request holds a thread for beside computing takes so many times longer on the machine.
  void slow_disk(MachineIndex machine, double factor);
  double disk_slowness(MachineIndex machine) const { return machine < disk_slowness_.size() ? disk_slowness_[machine] : 1; }

  /// Takes over the speeds that SimGrid's hosts have now; services that begin later go by them.
  void refresh_speeds();

  void begin_measuring(Time now);
  /// Threads of the tier, integrated over the time since measuring began.
  double thread_seconds(TierIndex tier, Time now) const;
  spec::TierSummary summary(TierIndex tier, Time now) const;
  /// Little's law in a tier's queues: relative gap between the integral of the number waiting over the
  /// measured time and the sum of the waits within it. What is cut off by the borders is known exactly (who
  /// waited when measuring began, who waits now, who died waiting), so that anything but 0 is an error in the
  /// bookkeeping.
  double little_law_error(TierIndex tier, Time now) const;

 private:
  struct Tier {
    TierOptions options;
    MachineIndex first = 0;
    SparseArray<Time> core_free;  ///< One slot a core, for machines with more busy ones than Machine has room for.
    TierStatistics statistics;
    double other_thread_s = 0;  ///< Of a machine: that it had before it was resized, over what it would have had.
  };

  /// Of the requests that are counted as waiting.
  struct Waiting {
    RequestTime so_far = 0;  ///< What they have waited.
    RequestTime ahead = 0;   ///< Until they are there, of those on their way.
  };

  HostIndex next_host();
  Waiting waiting(const Tier& tier, Time now) const;

  const Platform& platform_;
  HugeVector<Machine> machines_;
  std::vector<Tier> tiers_;
  std::vector<MachineIndex> machine_on_;
  std::vector<double> disk_slowness_;  // By machine; none before the first is slow.
  std::uint64_t placed_ = 0;
  bool queues_are_plain_ = true;
  Time measuring_since_{};
};

}  // namespace chatsim::sim
