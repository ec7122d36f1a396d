#include "models/population/directory.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/service/spread.hpp"

namespace chatsim::models {

namespace {

constexpr std::uint32_t smallest_group = 2;

std::uint64_t coprime_stride(std::uint64_t n) {
  auto stride = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(0.3819660113 * static_cast<double>(n)));
  while (std::gcd(stride, n) != 1) ++stride;
  return stride;
}

std::uint32_t round_and_cut(double size, std::uint32_t largest) {
  return static_cast<std::uint32_t>(
      std::clamp(std::floor(size + 0.5), static_cast<double>(smallest_group), static_cast<double>(largest)));
}

}  // namespace

Directory::Directory(const Context& context)
    : context_(context),
      users_(static_cast<std::uint64_t>(context.scenario.population.users)),
      groups_(static_cast<std::uint64_t>(context.scenario.population.groups)),
      gateways_(static_cast<std::uint64_t>(context.scenario.services.gateway.machines)),
      schedule_(context),
      regions_(context),
      drained_(static_cast<std::uint32_t>(context.scenario.services.gateway.drain.gateways.value() *
                                              context.scenario.services.gateway.machines + 0.5)),
      drain_begin_(sim::to_time(context.scenario.services.gateway.drain.begin)),
      drain_over_ns_(context.scenario.services.gateway.drain.over.value() * 1e9),
      spare_(static_cast<std::uint32_t>(context.scenario.services.gateway.spare)),
      reconnect_within_ns_(context.scenario.population.sessions.reconnect_within.value() * 1e9),
      outages_(all_gateways(), schedule_.longest_session()),
      largest_group_(static_cast<std::uint32_t>(
          std::min<std::uint64_t>(users_, static_cast<std::uint64_t>(context.scenario.population.group_size_max)))),
      group_size_(context.scenario.population.group_size),
      members_(context.random, static_cast<std::uint32_t>(Stream::members), users_),
      stride_(coprime_stride(users_)) {
  for (std::uint32_t region = 0; !regions_.one() && region < regions_.count(); ++region) {
    const std::uint64_t users = regions_.users_in(region);
    members_in_.push_back({{context.random, static_cast<std::uint32_t>(Stream::members), users}, coprime_stride(users)});
  }
  // Rounding and the smallest and largest size shift the mean; the scale that brings it back, by bisection.
  const double wanted = context.scenario.population.group_size.mean();
  double low = 0, high = 16;
  for (int i = 0; i < 50; ++i) {
    const double scale = (low + high) / 2;
    (mean_size(scale) < wanted ? low : high) = scale;
  }
  // Of a distribution with steps the mean has steps too: the nearer side.
  size_scale_ = wanted - mean_size(low) < mean_size(high) - wanted ? low : high;
}

Directory::Whereabouts Directory::whereabouts(UserId user) const {
  const Schedule::Position position = schedule_.position_of(user);
  const bool online = schedule_.online(position, now());
  if (!deviates_) [[likely]] return {online, gateway_at(position, now())};
  const Place place = place_of(user, position, now());
  return {online && place.connected, place.gateway};
}

sim::Time Directory::sent_away(Schedule::Position position) const {
  const double part = static_cast<double>(spread(static_cast<std::uint64_t>(position)) >> 12) * 0x1p-52;
  return drain_begin_ + sim::Duration{static_cast<sim::Duration::rep>(part * drain_over_ns_)};
}

std::uint32_t Directory::gateway_at(Schedule::Position position, sim::Time at) const {
  const std::uint32_t home = home_of(position);
  if (home >= drained_ || at < drain_begin_) return home;
  const bool new_session = schedule_.last_login(position, at).value() >= sim::to_seconds(drain_begin_).value();
  return new_session || at >= sent_away(position) ? beside_drained(position) : home;
}

std::uint32_t Directory::beside_drained(Schedule::Position position) const {
  if (!regions_.one()) [[unlikely]] {
    // Those of the region that are not drained, if there are any.
    const std::uint32_t regions = regions_.count(), region = regions_.region_of(position);
    const std::uint32_t first = numbers_below(drained_, region);
    const std::uint32_t left = gateways_in(region) - std::min(first, gateways_in(region));
    if (left > 0) {
      const std::uint64_t hash = spread(~static_cast<std::uint64_t>(position));
      return region + regions * (first + static_cast<std::uint32_t>(hash % left));
    }
  }
  const std::uint64_t others = gateways_ - drained_;
  return drained_ + static_cast<std::uint32_t>(spread(~static_cast<std::uint64_t>(position)) % others);
}

std::uint32_t Directory::home_in_region(Schedule::Position position) const {
  const std::uint32_t region = regions_.region_of(position);
  const std::uint64_t number = (regions_.rank_of(position) + gateway_epoch_ * epoch_shift) % gateways_in(region);
  return region + regions_.count() * static_cast<std::uint32_t>(number);
}

std::uint32_t Directory::other_gateway(UserId user, std::uint32_t attempt) const {
  const std::uint64_t place = spread(static_cast<std::uint64_t>(user) + attempt);
  const std::uint32_t open = spare_is_open() ? all_gateways() : gateways();
  if (!regions_.one() && attempt < 2) {
    const std::uint32_t region = region_of(user);
    return region + regions_.count() * static_cast<std::uint32_t>(place % numbers_below(open, region));
  }
  return static_cast<std::uint32_t>(place % open);
}

double Directory::mean_size(double scale) const {
  constexpr int points = 8192;
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const double p = (i + 0.5) / points;
    // A mixture chooses its component by a second number: multiples of the golden section are spread as evenly.
    const auto component = static_cast<std::uint32_t>(i) * 0x9e3779b9;
    sum += round_and_cut(scale * group_size_.value(static_cast<std::uint64_t>(p * 0x1p64), component), largest_group_);
  }
  return sum / points;
}

std::uint32_t Directory::size_from(const sim::Draw& draw) const {
  return round_and_cut(size_scale_ * group_size_.value(draw), largest_group_);
}

double Directory::mean_rows_of_groups() const {
  constexpr std::uint64_t sample = 10'000;
  const std::uint64_t step = std::max<std::uint64_t>(1, groups_ / sample);
  double rows = 0, count = 0;
  for (std::uint64_t group = 0; group < groups_; group += step, ++count) rows += size_of(GroupId{group});
  return count > 0 ? rows / count * static_cast<double>(groups_) : 0;
}

std::uint32_t Directory::slots_of(GroupId group) const {
  const Memberships::Changes* changes = memberships.changes_of(group);
  return base_size(group) + (changes != nullptr ? static_cast<std::uint32_t>(changes->joined.size()) : 0);
}

std::optional<UserId> Directory::member_at(GroupId group, std::uint32_t slot) const {
  const Memberships::Changes* changes = memberships.changes_of(group);
  const std::uint32_t base = base_size(group);
  if (slot >= base) return changes->joined[slot - base];
  const UserId user = member_of(group, slot);
  if (changes != nullptr && changes->has_left(user)) return std::nullopt;
  return user;
}

std::uint32_t Directory::members_of(GroupId group) const {
  const Memberships::Changes* changes = memberships.changes_of(group);
  return slots_of(group) - (changes != nullptr ? static_cast<std::uint32_t>(changes->left.size()) : 0);
}

bool Directory::is_member_by_function(GroupId group, UserId user) const {
  for (std::uint32_t index = 0; index < base_size(group); ++index) {
    if (member_of(group, index) == user) return true;
  }
  return false;
}

bool Directory::is_member(GroupId group, UserId user) const {
  for (std::uint32_t slot = 0; slot < slots_of(group); ++slot) {
    if (member_at(group, slot) == user) return true;
  }
  return false;
}

std::uint32_t Directory::region_of_member(GroupId group, std::uint32_t index) const {
  const double lot = static_cast<double>(spread(spread(~static_cast<std::uint64_t>(group)) + index) >> 12) * 0x1p-52;
  return regions_.same_or_other(region_of(group), lot);
}

/// Members of one region are different ones as those of the whole are: the region's users take the place of all.
UserId Directory::member_of_region(GroupId group, std::uint32_t index) const {
  const std::uint32_t region = region_of_member(group, index);
  const Region& users = members_in_[region];
  const std::uint64_t place = (static_cast<std::uint64_t>(group) + index * users.stride) % users.members.size();
  return schedule_.user_at(regions_.position_of(region, users.members.forward(place)));
}

std::vector<GroupId> Directory::groups_of_regional(UserId user) const {
  std::vector<GroupId> found;
  const Schedule::Position position = schedule_.position_of(user);
  const std::uint32_t region = regions_.region_of(position);
  const Region& users = members_in_[region];
  const std::uint64_t n = users.members.size();
  std::uint64_t start = users.members.inverse(regions_.rank_of(position));
  for (std::uint32_t index = 0; index < largest_group_; ++index) {
    for (std::uint64_t group = start; group < groups_; group += n) {
      if (index < size_of(GroupId{group}) && region_of_member(GroupId{group}, index) == region) {
        found.push_back(GroupId{group});
      }
    }
    start = (start + n - users.stride % n) % n;
  }
  return found;
}

std::vector<GroupId> Directory::groups_of(UserId user) const {
  if (!regions_.one()) return groups_of_regional(user);
  std::vector<GroupId> found;
  std::uint64_t start = members_.inverse(static_cast<std::uint64_t>(user));
  for (std::uint32_t index = 0; index < largest_group_; ++index) {
    for (std::uint64_t group = start; group < groups_; group += users_) {
      if (index < size_of(GroupId{group})) found.push_back(GroupId{group});
    }
    start = (start + users_ - stride_) % users_;
  }
  return found;
}

}  // namespace chatsim::models
