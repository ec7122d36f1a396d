#include "models/population/user_regions.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

/// Divisible by all numbers up to ten, so that many shares come out even.
constexpr std::uint64_t period_of_several = 5040;

}  // namespace

UserRegions::UserRegions(const Context& context)
    : count_(static_cast<std::uint32_t>(context.scenario.datacenter.regions)),
      users_(static_cast<std::uint64_t>(context.scenario.population.users)),
      same_(context.scenario.population.same_region.value()),
      period_(count_ == 1 ? 1 : period_of_several) {
  const auto shares = spec::user_shares(context.scenario.population.regions, static_cast<int>(count_));
  CHATSIM_CHECK(shares, "users live in '{}' of {} regions", context.scenario.population.regions, count_);
  shares_ = *shares;
  // Each position goes to the region that lags most behind its share.
  std::vector<std::uint32_t> given(count_, 0);
  prefix_.assign(count_ * (period_ + 1), 0);
  for (std::uint64_t i = 0; i < period_; ++i) {
    std::uint32_t most = 0;
    const auto lag = [&](std::uint32_t region) { return shares_[region] * static_cast<double>(i + 1) - given[region]; };
    for (std::uint32_t region = 1; region < count_; ++region) {
      if (lag(region) > lag(most) + 1e-9) most = region;
    }
    pattern_.push_back(static_cast<std::uint8_t>(most));
    ++given[most];
    for (std::uint32_t region = 0; region < count_; ++region) {
      prefix_[region * (period_ + 1) + i + 1] = static_cast<std::uint16_t>(given[region]);
    }
  }
  for (std::uint32_t region = 0; region < count_; ++region) {
    CHATSIM_CHECK(given[region] > 0, "region {} has a share of {} of the users", region, shares_[region]);
    first_place_.push_back(static_cast<std::uint32_t>(places_.size()));
    for (std::uint64_t i = 0; i < period_; ++i) {
      if (pattern_[i] == region) places_.push_back(static_cast<std::uint16_t>(i));
    }
  }
  first_place_.push_back(static_cast<std::uint32_t>(places_.size()));
}

std::uint32_t UserRegions::same_or_other(std::uint32_t home, double lot) const {
  if (lot < same_ || count_ == 1) return home;
  double left = (lot - same_) / (1 - same_) * (1 - shares_[home]);
  std::uint32_t last = home;
  for (std::uint32_t region = 0; region < count_; ++region) {
    if (region == home) continue;
    last = region;
    left -= shares_[region];
    if (left < 0) break;
  }
  return last;
}

}  // namespace chatsim::models
