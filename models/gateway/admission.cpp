#include "models/gateway/admission.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

/// The bucket holds the tokens of so long a time, but one at least.
constexpr sim::Duration burst{1'000'000'000};

}  // namespace

Admission::Admission(spec::PerSecond rate, std::uint32_t gateways) : gateways_(gateways) { reconfigure(rate); }

void Admission::reconfigure(spec::PerSecond rate) {
  if (rate.value() <= 0) {
    full_at_.clear();
    return;
  }
  interval_ = sim::to_duration(spec::Seconds{1 / rate.value()});
  if (full_at_.empty()) full_at_.assign(gateways_, sim::Time{});
}

bool Admission::try_take(std::uint32_t gateway, sim::Time now) {
  const sim::Time full_then = std::max(full_at_[gateway], now) + interval_;
  if (full_then - now > std::max(burst, interval_)) return false;
  full_at_[gateway] = full_then;
  return true;
}

}  // namespace chatsim::models
