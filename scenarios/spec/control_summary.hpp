#pragma once

#include <cstdint>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What the control plane noticed, and when it could not act; nothing where Control::detection is instant.
struct ControlSummary {
  std::uint64_t detections = 0;  ///< Machines that died or were cut off and were taken for down.
  /// From the death until the coordination service had it written down. Who chooses servers learns it at his next refresh.
  Seconds detection_delay_mean, detection_delay_max;
  std::uint64_t undetected = 0;       ///< Dead or cut off when the run ended, and not yet taken for down.
  std::uint64_t false_positives = 0;  ///< Machines that were taken for down although they were up and connected.
  std::uint64_t view_changes = 0;     ///< Of the list: machines taken for down, or for up again.
  std::uint64_t changes_refused = 0;  ///< Attempts to change the list that no majority wrote down.
  std::uint64_t leader_changes = 0;
  double leaderless_s = 0;  ///< Time without a leader of the coordination service: elections, or no majority.
  double no_quorum_s = 0;   ///< Of it: no majority was up and connected.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("detections", &ControlSummary::detections);
    visit("detection_delay_mean_ms", &ControlSummary::detection_delay_mean);
    visit("detection_delay_max_ms", &ControlSummary::detection_delay_max);
    visit("undetected", &ControlSummary::undetected);
    visit("false_positives", &ControlSummary::false_positives);
    visit("view_changes", &ControlSummary::view_changes);
    visit("changes_refused", &ControlSummary::changes_refused);
    visit("leader_changes", &ControlSummary::leader_changes);
    visit("leaderless_s", &ControlSummary::leaderless_s);
    visit("no_quorum_s", &ControlSummary::no_quorum_s);
  }
};

}  // namespace chatsim::spec
