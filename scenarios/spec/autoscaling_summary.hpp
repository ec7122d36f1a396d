#pragma once

#include <cstdint>
#include <string>

namespace chatsim::spec {

/// What an autoscaler did with a tier.
struct AutoscalingSummary {
  std::string name;
  std::uint64_t ups = 0, downs = 0;  ///< Decisions, of any number of machines each.
  std::uint64_t machines_least = 0, machines_most = 0;  ///< In service.
  double machines_mean = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("ups", &AutoscalingSummary::ups);
    visit("downs", &AutoscalingSummary::downs);
    visit("machines_least", &AutoscalingSummary::machines_least);
    visit("machines_most", &AutoscalingSummary::machines_most);
    visit("machines_mean", &AutoscalingSummary::machines_mean);
  }
};

}  // namespace chatsim::spec
