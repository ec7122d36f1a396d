#pragma once

#include <string>

#include "scenarios/spec/result.hpp"

namespace chatsim::tests {

inline spec::LatencySummary latency(const std::string& name, std::uint64_t count, spec::Seconds mean,
                                    spec::Seconds p99) {
  spec::LatencySummary summary;
  summary.name = name;
  summary.count = count;
  summary.mean = mean;
  summary.p99 = p99;
  return summary;
}

inline spec::TierSummary tier(const std::string& name, double utilisation) {
  spec::TierSummary summary;
  summary.name = name;
  summary.utilisation = utilisation;
  return summary;
}

}  // namespace chatsim::tests
