#include <algorithm>

#include "models/population/directory.hpp"
#include "models/service/spread.hpp"

namespace chatsim::models {

// Where users' connections are once gateways have died or refused somebody, or spare ones were opened.

namespace {

constexpr sim::Duration instant{1};

}  // namespace

Directory::Place Directory::place_of(UserId user, Schedule::Position position, sim::Time at) const {
  if (const Deviation* row = deviations_.find(key_of(user)); row != nullptr) {
    if (row->gateway == nowhere) {
      return {home_of(position), false, row->since == gave_up ? sim::time_never : sim::Time{}};
    }
    const Outages::Outage* outage = outages_.first_from(row->gateway, row->since);
    if (outage == nullptr) return {row->gateway, true, {}};
    return follow(position, row->gateway, outage->down - instant, at);
  }
  return place_by_function(position, at);
}

Directory::Place Directory::place_by_function(Schedule::Position position, sim::Time at) const {
  if (outages_.empty() && spare_open_ == sim::time_never) return {gateway_at(position, at), true, {}};
  const double login_s = schedule_.last_login(position, at).value();
  const sim::Time login = login_s < 0 ? sim::Time{-instant} : sim::to_time(spec::Seconds{login_s});
  return follow(position, begin_of(position, login), login, at);
}

/// From a gateway to the next, as it died or was drained.
Directory::Place Directory::follow(Schedule::Position position, std::uint32_t gateway, sim::Time since,
                                   sim::Time at) const {
  while (true) {
    const Outages::Outage* outage = outages_.first_after(gateway, since);
    if (gateway < drained_ && since < drain_begin_) {
      const sim::Time leaves = sent_away(position);
      if (leaves <= at && (outage == nullptr || leaves < outage->down) && schedule_.online(position, leaves)) {
        gateway = beside_drained(position);
        since = leaves;
        continue;
      }
    }
    if (outage == nullptr || outage->down > at) return {gateway, true, {}};
    const sim::Time back = back_at(position, *outage);
    if (at <= back) return {gateway, false, back};
    if (!schedule_.online(position, back)) return {gateway, false, sim::time_never};
    gateway = instead_of(gateway, position, *outage, back);
    since = back;
  }
}

std::uint32_t Directory::begin_of(Schedule::Position position, sim::Time login) const {
  if (login > spare_open_) {
    if (const std::optional<std::uint32_t> spare = spare_of(position)) return *spare;
  }
  const std::uint32_t home = home_of(position);
  return home < drained_ && login >= drain_begin_ ? beside_drained(position) : home;
}

/// As if gateways and spare machines were one tier: who would be at home at a spare one is there.
std::optional<std::uint32_t> Directory::spare_of(Schedule::Position position) const {
  const std::uint32_t regions = regions_.count();
  const std::uint32_t region = regions_.one() ? 0 : regions_.region_of(position);
  const std::uint64_t rank = regions_.one() ? static_cast<std::uint64_t>(position) : regions_.rank_of(position);
  const std::uint64_t number = (rank + gateway_epoch_ * epoch_shift) % numbers_below(all_gateways(), region);
  if (number < gateways_in(region)) return std::nullopt;
  return region + regions * static_cast<std::uint32_t>(number);
}

sim::Time Directory::back_at(Schedule::Position position, const Outages::Outage& outage) const {
  const std::uint64_t hash = spread(spread(static_cast<std::uint64_t>(position)) + outage.number);
  const double part = static_cast<double>(hash >> 12) * 0x1p-52;
  return outage.down + instant + sim::Duration{static_cast<sim::Duration::rep>(part * reconnect_within_ns_)};
}

/// Any other of the user's region, the spare ones if they are open, and no drained one.
std::uint32_t Directory::instead_of(std::uint32_t lost, Schedule::Position position, const Outages::Outage& outage,
                                    sim::Time at) const {
  const std::uint64_t hash = spread(spread(~static_cast<std::uint64_t>(position)) + outage.number);
  const std::uint32_t regions = regions_.count();
  const std::uint32_t region = regions_.one() ? 0 : regions_.region_of(position);
  const std::uint32_t end = numbers_below(at > spare_open_ ? all_gateways() : gateways(), region);
  const std::uint32_t first = at >= drain_begin_ ? std::min(numbers_below(drained_, region), end - 1) : 0;
  const std::uint32_t count = end - first, own = lost / regions;
  const bool among = lost % regions == region && own >= first && own < end && count > 1;
  auto number = first + static_cast<std::uint32_t>(hash % (count - among));
  number += among && number >= own;
  return region + regions * number;
}

std::uint32_t Directory::first_choice(UserId user) const {
  const Schedule::Position position = schedule_.position_of(user);
  if (!deviates_) [[likely]] return gateway_at(position, now());
  return place_of(user, position, now() + instant).gateway;
}

void Directory::settle(UserId user, std::uint32_t gateway) {
  if (!deviates_ && gateway == first_choice(user)) return;
  forget(user);
  const Place place = place_by_function(schedule_.position_of(user), now() + instant);
  if (!place.connected || place.gateway != gateway) deviate({key_of(user), gateway, outages_.next()});
}

void Directory::put_away(UserId user, std::uint32_t ticket) {
  forget(user);
  deviate({key_of(user), nowhere, ticket});
}

bool Directory::is_sent_away(UserId user, std::uint32_t gateway) const {
  if (!deviates_) return true;
  const Place place = place_of(user, schedule_.position_of(user), now() - instant);
  return place.connected && place.gateway == gateway;
}

bool Directory::waits(UserId user, std::uint32_t ticket) const {
  const Deviation* row = deviations_.find(key_of(user));
  return row != nullptr && row->gateway == nowhere && row->since == ticket;
}

void Directory::deviate(const Deviation& row) {
  deviates_ = true;
  deviations_.insert(row, [](const Deviation&) { return true; });
}

void Directory::open_spare(sim::Time at) {
  if (spare_ == 0 || spare_open_ != sim::time_never) return;
  deviates_ = true;
  spare_open_ = at;
}

Outages::Outage Directory::note_outage(std::uint32_t gateway) {
  deviates_ = true;
  return outages_.add(gateway, now());
}

bool Directory::begins_where(std::uint32_t gateway, const std::vector<bool>& lost) const {
  return lost[gateway] || outages_.any_of(gateway) || (gateway < drained_ && now() >= drain_begin_);
}

void Directory::for_each_connected(const std::vector<bool>& lost, const Visit& visit) const {
  const auto look_at = [&](Schedule::Position position) {
    if (deviations_.rows() > 0 && deviations_.find(key_of(schedule_.user_at(position))) != nullptr) return;
    const Place place = place_by_function(position, now());
    if (place.connected && lost[place.gateway]) visit(place.gateway, position);
  };
  for (std::uint32_t gateway = 0; gateway < gateways(); ++gateway) {
    if (begins_where(gateway, lost)) for_each_connected_home(gateway, look_at);
  }
  // Who is at home elsewhere and began at a spare one.
  if (spare_open_ != sim::time_never) {
    std::vector<bool> spare_begins(spare_);
    bool any = false;
    for (std::uint32_t i = 0; i < spare_; ++i) any |= spare_begins[i] = begins_where(gateways() + i, lost);
    const auto look_at_spare = [&](Schedule::Position position) {
      const std::optional<std::uint32_t> spare = spare_of(position);
      if (spare && spare_begins[*spare - gateways()] && !begins_where(home_of(position), lost)) look_at(position);
    };
    if (any) {
      schedule_.for_each_range_online(now(), [&](std::uint64_t begin, std::uint64_t end) {
        for (std::uint64_t position = begin; position < end; ++position) look_at_spare(Schedule::Position{position});
      });
    }
  }
  deviations_.for_each([&](const Deviation& row) {
    const UserId user{row.key - 1};
    const Schedule::Position position = schedule_.position_of(user);
    if (!schedule_.online(position, now())) return;
    const Place place = place_of(user, position, now());
    if (place.connected && lost[place.gateway]) visit(place.gateway, position);
  });
}

}  // namespace chatsim::models
