#pragma once

#include <vector>

#include "sim/kernel/random/random.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/resources/fleet.hpp"

namespace chatsim::models {

/// Which machines somebody believes to be up: what whoever chooses a server asks.
///
/// Without a control plane everybody sees at once what is so. With one, there is a list of who is up, which the
/// coordination service changes, and every viewer reads it from time to time, at an instant of its own:
///
///     list      ----- a: down ------------------------- a: up ----->
///     viewer      .           R               R               R        R: reads the list; believes it until the next R
///
/// What a viewer believes follows from the last changes of the list and from when it read it last, so that nothing is
/// stored for pairs of machines, and nothing at all for machines that never were in trouble.
class Membership {
 public:
  explicit Membership(const sim::Fleet& fleet) : fleet_(fleet) {}

  /// \param viewer the machine that wants to know; no_machine sees things as they are.
  bool believes_up(sim::MachineIndex viewer, sim::MachineIndex machine) const {
    if (quiet_) [[likely]]
      return true;
    return looks_up(viewer, machine);
  }

  // For the control plane.

  struct Options {
    sim::Duration refresh_every;
    sim::RandomKey random;
    std::uint32_t stream;  ///< By viewer: when it reads.
  };
  /// From now on viewers believe the list. All machines are on it, as up, and are up.
  void follow_list(const sim::Scheduler& scheduler, const Options& options);
  bool follows_list() const { return scheduler_ != nullptr; }

  /// What the list says.
  bool listed_up(sim::MachineIndex machine) const { return machine >= views_.size() || views_[machine].up; }
  /// The list is changed. \returns whether it said otherwise before.
  bool list(sim::MachineIndex machine, bool up);

  /// Machines die and come back; what is not so on the list is seen by no_machine alone.
  void machine_down() {
    ++down_;
    quiet_ = false;
  }
  void machine_up() { --down_; }
  /// A viewer cannot read the list any more: it believes what it read last. Or it can again.
  void cut_off(sim::MachineIndex viewer);
  void joined(sim::MachineIndex viewer);

  /// When a viewer read the list last.
  sim::Time last_read(sim::MachineIndex viewer) const;

 private:
  /// Of older changes than these a viewer who has been cut off for long may see the wrong side.
  static constexpr std::size_t most_changes = 16;

  struct View {
    bool up = true;
    std::vector<sim::Time> changes;  ///< The last ones, each to the other side.
  };
  struct Absence {
    sim::Time from = sim::time_never;
    sim::Time until{};
  };

  bool looks_up(sim::MachineIndex viewer, sim::MachineIndex machine) const;
  sim::Time read_before(sim::MachineIndex viewer, sim::Time when) const;

  const sim::Fleet& fleet_;
  const sim::Scheduler* scheduler_ = nullptr;
  Options options_{};
  std::vector<View> views_;        // By machine; none before the first change.
  std::vector<Absence> absences_;  // By viewer; none before the first is cut off.
  std::uint32_t down_ = 0;         // Machines that are.
  std::uint32_t listed_down_ = 0;
  std::uint32_t cut_off_ = 0;
  sim::Time disturbed_until_{};    // By then everybody has read the last change.
  mutable bool quiet_ = false;     // All machines are up, and everybody believes it.
};

}  // namespace chatsim::models
