#pragma once

#include "models/checks/convergence.hpp"
#include "models/checks/findings.hpp"
#include "models/gateway/devices.hpp"

namespace chatsim::models {

/// The oracles of a run. They only watch: tables count what their versions show, devices what they are shown, the
/// ledger what ended how; what is found is laid beside what the scenario promises.
class Checks {
 public:
  Checks(const Context& context, const Devices& devices, std::vector<const Store*> tables);

  /// The scenario has changed while the service runs.
  void reconfigure() {
    reconfigured_ = true;
    convergence_.lengthen_grace(context_.longest_timeout);
  }

  /// To be called at the end of each window.
  void look() { convergence_.look(); }

  /// Everything is mended, and no more messages come: what is turned away from now on is not for want of what was broken.
  void heal();
  /// Whether more requests wait in a tier than are served, or too many are turned away: since it was healed, if it was.
  bool is_overloaded(sim::TierIndex tier) const;

  /// Into a result whose counts are there already: its invariants, promises and convergence.
  void report(spec::Result& result) const;

 private:
  struct Requests {
    std::uint64_t asked = 0, turned_away = 0;
  };
  Requests requests_of(std::uint32_t tier) const;
  Findings findings(const spec::Result& result) const;

  const Context& context_;
  const Devices& devices_;
  std::vector<const Store*> tables_;
  Convergence convergence_;
  Promise in_order_at_first_;
  bool reconfigured_ = false;
  std::vector<Requests> requests_before_;  ///< Of each tier, when it was healed.
};

}  // namespace chatsim::models
