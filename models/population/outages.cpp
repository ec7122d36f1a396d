#include "models/population/outages.hpp"

#include "sim/kernel/check.hpp"

namespace chatsim::models {

Outages::Outage Outages::add(std::uint32_t gateway, sim::Time now) {
  CHATSIM_CHECK(gateway < gateways_, "gateway {} of {}", gateway, gateways_);
  if (of_.empty()) of_.resize(gateways_);
  std::vector<Outage>& of_gateway = of_[gateway];
  if (of_gateway.size() >= many) {
    std::erase_if(of_gateway, [&](const Outage& outage) { return now - outage.down > longest_session_; });
  }
  of_gateway.push_back({now, next_++});
  return of_gateway.back();
}

const Outages::Outage* Outages::first_after(std::uint32_t gateway, sim::Time instant) const {
  if (of_.empty()) return nullptr;
  for (const Outage& outage : of_[gateway]) {
    if (outage.down > instant) return &outage;
  }
  return nullptr;
}

const Outages::Outage* Outages::first_from(std::uint32_t gateway, std::uint32_t number) const {
  if (of_.empty()) return nullptr;
  for (const Outage& outage : of_[gateway]) {
    if (outage.number >= number) return &outage;
  }
  return nullptr;
}

}  // namespace chatsim::models
