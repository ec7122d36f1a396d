#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/faults/damage.hpp"
#include "sim/faults/places.hpp"

namespace chatsim::sim {

/// What a service does about faults that machines and links do not know. Called where SimGrid acts; `down` is whether the
/// fault begins or ends. What is not set does nothing.
struct FaultHooks {
  Places::ReplicasOf replicas_of;
  std::function<void(MachineIndex machine)> data_lost;
  std::function<void(MachineIndex machine, bool down)> disk_full;
  std::function<void()> flush_caches;
  std::function<void(bool down)> stuck_control;
  /// So many times the usual load from now on, risen to within a time.
  std::function<void(double factor, Duration rise)> load;
  /// The machine will be restarted after that time: its clients are sent away, and no new work is given to it. Afterwards it
  /// is back.
  std::function<void(MachineIndex machine, Duration before)> drain;
  std::function<void(MachineIndex machine)> drained;
};

/// What breaks when, and when it is mended:
///
///     at            at + lasts                   the run's end
///      |-- broken ----|                               |
///               |-- broken, lasts: none ------------- | mended by end_all()
///
/// Machines that crash or are restarted one after the other do so at equal distances.
class FaultTimetable {
 public:
  FaultTimetable(World& world, std::vector<spec::Fault> faults, std::uint32_t power_domains, FaultHooks hooks);
  FaultTimetable(const FaultTimetable&) = delete;
  FaultTimetable& operator=(const FaultTimetable&) = delete;

  void start();
  /// Nothing more breaks, and all that is broken is mended now.
  void end_all();

  /// A fault as it happened.
  struct Event {
    const spec::Fault* fault;
    Time began;
    std::optional<Time> ended;
    std::vector<MachineIndex> machines;  ///< That it took away from everybody.
  };
  /// In the order in which they began.
  const std::vector<Event>& events() const { return events_; }

 private:
  using Undo = std::function<void()>;

  Task<void> happen(const spec::Fault* fault);
  Task<void> restart(std::size_t event, std::size_t number, HostIndex host, Duration begins);
  std::size_t begin(const spec::Fault& fault);
  void end(std::size_t event);
  /// What the fault does. \returns what mends it.
  Undo strike(const spec::Fault& fault, std::size_t event);
  Undo slow_links(const spec::Fault& fault);
  Undo take_down(const std::vector<HostIndex>& hosts, spec::FaultData data);
  std::vector<LinkIndex> crossed(const spec::Fault& fault) const;

  World& world_;
  const std::vector<spec::Fault> faults_;
  FaultHooks hooks_;
  Places places_;
  Damage damage_;
  std::vector<Event> events_;
  std::map<std::size_t, std::vector<Undo>> open_;  // By event: what mends it, of several machines each.
  bool over_ = false;
};

}  // namespace chatsim::sim
