#pragma once

#include "scenarios/spec/failure_domain.hpp"
#include "sim/kernel/check.hpp"
#include "sim/platform/platform.hpp"

namespace chatsim::models {

/// Number of the host, rack, pod or datacenter that something lies in.
inline std::uint32_t domain_of(const sim::FailureDomains& domains, spec::FailureDomain level) {
  switch (level) {
    case spec::FailureDomain::host:
      return domains.host;
    case spec::FailureDomain::rack:
      return domains.rack;
    case spec::FailureDomain::pod:
      return domains.pod;
    case spec::FailureDomain::datacenter:
      return domains.datacenter;
  }
  CHATSIM_CHECK(false, "failure domain {}", static_cast<int>(level));
}

}  // namespace chatsim::models
