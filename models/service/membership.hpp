#pragma once

#include "sim/resources/fleet.hpp"

namespace chatsim::models {

/// Which machines somebody believes to be up: what whoever chooses a server asks.
class Membership {
 public:
  explicit Membership(const sim::Fleet& fleet) : fleet_(fleet) {}

  /// \param viewer the machine that wants to know; no_machine sees things as they are.
  bool believes_up([[maybe_unused]] sim::MachineIndex viewer, sim::MachineIndex machine) const {
    return fleet_[machine].up;
  }

 private:
  const sim::Fleet& fleet_;
};

}  // namespace chatsim::models
