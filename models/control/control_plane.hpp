#pragma once

#include <map>
#include <optional>

#include "models/control/coordination.hpp"
#include "models/control/failure_detector.hpp"
#include "scenarios/spec/control_summary.hpp"

namespace chatsim::models {

/// Who is up, and how everybody comes to know it:
///
///     a machine's heartbeats stop --> the leader of the coordination service suspects it (FailureDetector)
///       --> a majority of that service writes it down (Coordination)
///       --> it is on the list, and every viewer reads so at its next refresh (Membership)
///
/// and the same way back. Heartbeats go to the leader: who cannot reach it, or only that way, is as good as dead, and reads no list
/// either. Without a leader nothing is suspected and nothing changes; a new one gives everybody the time from then on.
///
/// With instant detection none of this happens, and everybody sees what is so.
class ControlPlane {
 public:
  /// Its machines' tier is the last that is added to the fleet.
  explicit ControlPlane(Context& context);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  void start();

  const Coordination& coordination() const { return coordination_; }

  /// A machine says that it will be away: it is taken off the list, until it is heard of after a restart.
  void leave(sim::MachineIndex machine);
  /// It hangs: nobody is suspected and nothing is written down until it goes on, with what it has missed.
  void stick(bool stuck);

  void begin_measuring();
  spec::ControlSummary summary() const;

 private:
  struct Wish {
    bool up;
    std::optional<sim::Time> since;  ///< It fell silent; nothing if it did not.
  };
  struct Counts {
    std::uint64_t detections = 0;
    sim::Duration delay_sum{}, delay_max{};
    std::uint64_t false_positives = 0;
    std::uint64_t changes = 0;
    std::uint64_t refused = 0;
  };

  void machine_down(sim::MachineIndex machine);
  void machine_up(sim::MachineIndex machine);
  void connectivity_changed();
  sim::Task<void> check_connections();
  void leader_changed();
  bool leader_hears(sim::MachineIndex machine) const;
  void listen_to_all();

  void report(sim::MachineIndex machine, bool up);
  sim::Task<void> change_list(std::uint32_t term);
  void listed(sim::MachineIndex machine, const Wish& wish);
  bool leads(std::uint32_t term) const {
    return coordination_.leader() != sim::no_machine && coordination_.term() == term;
  }

  Context& context_;
  Coordination coordination_;
  FailureDetector detector_;
  std::map<sim::MachineIndex, Wish> wishes_;  // What the leader wants to have on the list.
  bool changing_ = false;
  bool checking_ = false;
  int stuck_ = 0;
  Counts counts_;
};

}  // namespace chatsim::models
