#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/population/memberships.hpp"
#include "models/population/outages.hpp"
#include "models/population/schedule.hpp"
#include "models/population/user_regions.hpp"
#include "models/service/context.hpp"
#include "models/service/flat_table.hpp"
#include "sim/kernel/random/permutation.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// Two billion users and a billion groups without an object for any of them: everything about them is a function of
/// (seed, number, time). What differs from it is stored, and only that.
class Directory {
 public:
  explicit Directory(const Context& context);

  std::uint64_t users() const { return users_; }
  std::uint64_t groups() const { return groups_; }

  /// When users come and go.
  const Schedule& schedule() const { return schedule_; }

  /// Where users live. A user's region is also that of the gateway, and of a group's rows that of the group.
  const UserRegions& regions() const { return regions_; }
  std::uint32_t region_of(UserId user) const {
    return regions_.one() ? 0 : regions_.region_of(schedule_.position_of(user));
  }
  std::uint32_t region_of(GroupId group) const {
    return regions_.one() ? 0 : regions_.region_by_share(static_cast<std::uint64_t>(group));
  }

  struct Whereabouts {
    bool connected;
    std::uint32_t gateway;  ///< That holds the connection; without one, where it would be.
  };
  Whereabouts whereabouts(UserId user) const;
  /// Whether the user wants to be connected now: it is, unless its gateway died or none took it.
  bool online(UserId user) const { return schedule_.online(schedule_.position_of(user), now()); }
  bool connected(UserId user) const {
    if (!deviates_) [[likely]] return online(user);
    return whereabouts(user).connected;
  }
  /// Online without a connection.
  bool away(UserId user) const {
    if (!deviates_) [[likely]] return false;
    return online(user) && !whereabouts(user).connected;
  }
  /// The gateway (0 to gateways - 1) that holds the user's connection. A new epoch moves everybody.
  std::uint32_t gateway_of(UserId user) const { return whereabouts(user).gateway; }
  void begin_gateway_epoch() { ++gateway_epoch_; }

  /// Gateways 0 to drained - 1 are drained: who logs in goes elsewhere, and the others follow within the time of the
  /// drain, each at an own instant.
  std::uint32_t drained() const { return drained_; }
  bool draining(std::uint32_t gateway) const { return gateway < drained_ && now() >= drain_begin_; }
  /// When a user whose home is a drained gateway is sent away.
  sim::Time sent_away(Schedule::Position position) const;
  /// Whether a user whom a drained gateway sends away now is still there.
  bool is_sent_away(UserId user, std::uint32_t gateway) const;
  /// A user's gateway before any drain, the n-th user of a gateway, and how many of them a gateway has.
  std::uint32_t home_of(Schedule::Position position) const {
    if (!regions_.one()) [[unlikely]] return home_in_region(position);
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(position) + gateway_epoch_ * epoch_shift) % gateways_);
  }
  /// Calls visit(position) for everybody whose home is a gateway and who is online now.
  template <class Visit>
  void for_each_connected_home(std::uint32_t gateway, Visit visit) const {
    if (!regions_.one()) return for_each_connected_of_region(gateway, visit);
    const std::uint64_t shift = gateway_epoch_ * epoch_shift % gateways_;
    schedule_.for_each_range_online(now(), [&](std::uint64_t begin, std::uint64_t end) {
      // The first position from `begin` on whose home it is.
      const std::uint64_t wanted = (gateway + gateways_ - shift) % gateways_;
      std::uint64_t position = begin + (wanted + gateways_ - begin % gateways_) % gateways_;
      for (; position < end; position += gateways_) visit(Schedule::Position{position});
    });
  }
  std::uint32_t gateways() const { return static_cast<std::uint32_t>(gateways_); }
  /// Gateways are strewn over the regions one after the other.
  std::uint32_t region_of_gateway(std::uint32_t gateway) const { return gateway % regions_.count(); }
  std::uint32_t gateways_in(std::uint32_t region) const {
    return static_cast<std::uint32_t>((gateways_ - region + regions_.count() - 1) / regions_.count());
  }
  /// Whom a client asks that was turned away: round robin over all gateways, from a place of the user's own; of several
  /// regions first over those of the own one.
  std::uint32_t other_gateway(UserId user, std::uint32_t attempt) const;

  /// Where the user's connection is, of the session that lasts or has just ended.
  struct Place {
    std::uint32_t gateway;
    bool connected;
    /// Of one whose gateway died: when it comes back. time_never: it does not. Zero: it tries to.
    sim::Time back;
  };
  Place place_of(UserId user) const { return place_of(user, schedule_.position_of(user), now()); }
  /// The same at an earlier instant, before any outage, by the function.
  std::uint32_t gateway_then(Schedule::Position position, sim::Time at) const {
    return place_by_function(position, at).gateway;
  }
  /// Whether the session that lasts or has just ended lies in the run, at least in part.
  bool has_been_connected(UserId user) const {
    const Schedule::Position position = schedule_.position_of(user);
    return schedule_.last_login(position, now()).value() >= 0 || schedule_.online(position, sim::Time{});
  }
  /// The gateway that a user asks who connects now.
  std::uint32_t first_choice(UserId user) const;
  /// The user is connected to a gateway from now on. Stored if it is not the first choice.
  void settle(UserId user, std::uint32_t gateway);
  /// The user has no connection until it is settled or forgotten; it tries to get one, under a number of its own.
  void put_away(UserId user, std::uint32_t ticket);
  /// A ticket: the user does not try any more.
  static constexpr std::uint32_t gave_up = 0;
  bool waits(UserId user, std::uint32_t ticket) const;
  /// Nothing is stored any more of a user who comes or goes.
  void forget(UserId user) {
    if (deviations_.rows() == 0) return;
    if (const Deviation* row = deviations_.find(key_of(user))) deviations_.erase(row);
  }
  std::size_t deviations() const { return deviations_.rows(); }

  /// Gateways died. First their clients are asked for: calls visit(gateway, position) for everybody who is connected to one
  /// of them. \param lost by gateway, the spare ones included.
  using Visit = std::function<void(std::uint32_t gateway, Schedule::Position position)>;
  void for_each_connected(const std::vector<bool>& lost, const Visit& visit) const;
  /// Then each outage is noted: from now on they are away until back_at().
  Outages::Outage note_outage(std::uint32_t gateway);
  const Outages& outages() const { return outages_; }
  /// When a client of a gateway that died connects again: an instant of its own within the time that the scenario says.
  sim::Time back_at(Schedule::Position position, const Outages::Outage& outage) const;

  /// Machines that stand by, numbered after the others. From when they are opened, their share of who connects goes to
  /// them. Once.
  std::uint32_t all_gateways() const { return gateways() + spare_; }
  void open_spare(sim::Time at);
  /// Nobody has ever been anywhere but where schedule and drain say.
  bool as_by_schedule() const { return !deviates_; }
  bool spare_is_open() const { return now() > spare_open_; }

  /// Who joined and left groups since the run began, and groups that were created: what differs from the functions below.
  Memberships memberships;

  /// Members of a group, from 2 to the largest allowed (or the number of users). The distribution of the scenario,
  /// rounded and cut, but scaled so that the mean is the one it states.
  std::uint32_t size_of(GroupId group) const {
    return size_from(context_.draw(Stream::group_size, static_cast<std::uint64_t>(group)));
  }
  /// Rows of all groups together: their number times the mean size, as a sample of 10,000 groups has it.
  double mean_rows_of_groups() const;
  /// The members of a group are different users.
  /// \param index 0 to size_of(group) - 1.
  UserId member_of(GroupId group, std::uint32_t index) const {
    if (!regions_.one()) [[unlikely]] return member_of_region(group, index);
    return UserId{members_.forward((static_cast<std::uint64_t>(group) + index * stride_) % users_)};
  }
  /// The same with all changes since the run began: places 0 to slots_of(group) - 1, of which some are free.
  std::uint32_t slots_of(GroupId group) const;
  std::optional<UserId> member_at(GroupId group, std::uint32_t slot) const;
  std::uint32_t members_of(GroupId group) const;
  bool is_member(GroupId group, UserId user) const;
  bool join(GroupId group, UserId user) { return memberships.join(group, user, is_member_by_function(group, user)); }
  bool leave(GroupId group, UserId user) { return memberships.leave(group, user, is_member_by_function(group, user)); }

  /// The inverse of member_of: all groups of a user.
  std::vector<GroupId> groups_of(UserId user) const;

 private:
  static constexpr std::uint64_t epoch_shift = 7919;

  std::uint32_t base_size(GroupId group) const {
    return static_cast<std::uint64_t>(group) < groups_ ? size_of(group) : 0;
  }
  bool is_member_by_function(GroupId group, UserId user) const;

  std::uint32_t home_in_region(Schedule::Position position) const;
  template <class Visit>
  void for_each_connected_of_region(std::uint32_t gateway, Visit visit) const {
    const std::uint32_t region = region_of_gateway(gateway);
    const std::uint64_t n = gateways_in(region), shift = gateway_epoch_ * epoch_shift % n;
    const std::uint64_t wanted = (gateway / regions_.count() + n - shift) % n;
    schedule_.for_each_range_online(now(), [&](std::uint64_t begin, std::uint64_t end) {
      const std::uint64_t first = regions_.before(region, begin), last = regions_.before(region, end);
      for (std::uint64_t rank = first + (wanted + n - first % n) % n; rank < last; rank += n) {
        visit(regions_.position_of(region, rank));
      }
    });
  }
  std::uint32_t region_of_member(GroupId group, std::uint32_t index) const;
  UserId member_of_region(GroupId group, std::uint32_t index) const;
  std::vector<GroupId> groups_of_regional(UserId user) const;

  sim::Time now() const { return context_.world.scheduler.now(); }
  /// Without outages, spare ones or anybody refused.
  std::uint32_t gateway_at(Schedule::Position position, sim::Time at) const;

  /// A user whose place is not what the function says.
  struct Deviation {
    std::uint64_t key = 0;  ///< The user, plus 1.
    std::uint32_t gateway = 0;
    std::uint32_t since = 0;  ///< Outages from this number on concern it; of one who is nowhere, its ticket.
  };
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
  static std::uint64_t key_of(UserId user) { return static_cast<std::uint64_t>(user) + 1; }
  void deviate(const Deviation& row);
  Place place_of(UserId user, Schedule::Position position, sim::Time at) const;
  Place place_by_function(Schedule::Position position, sim::Time at) const;
  Place follow(Schedule::Position position, std::uint32_t gateway, sim::Time since, sim::Time at) const;
  std::uint32_t begin_of(Schedule::Position position, sim::Time login) const;
  std::optional<std::uint32_t> spare_of(Schedule::Position position) const;
  std::uint32_t beside_drained(Schedule::Position position) const;
  std::uint32_t instead_of(std::uint32_t lost, Schedule::Position position, const Outages::Outage& outage,
                           sim::Time at) const;
  /// Whether who begins at a gateway may be at one of those that are lost.
  bool begins_where(std::uint32_t gateway, const std::vector<bool>& lost) const;
  /// How many gateways of a region have a smaller number.
  std::uint32_t numbers_below(std::uint32_t gateway, std::uint32_t region) const {
    return gateway > region ? (gateway - region + regions_.count() - 1) / regions_.count() : 0;
  }
  std::uint32_t size_from(const sim::Draw& draw) const;
  double mean_size(double scale) const;

  const Context& context_;
  std::uint64_t users_, groups_, gateways_;
  Schedule schedule_;
  UserRegions regions_;
  std::uint64_t gateway_epoch_ = 0;
  std::uint32_t drained_;
  sim::Time drain_begin_;
  double drain_over_ns_;
  std::uint32_t spare_;
  sim::Time spare_open_ = sim::time_never;
  double reconnect_within_ns_;
  Outages outages_;
  FlatTable<Deviation> deviations_;
  bool deviates_ = false;  // Whether there ever were outages, deviations, or spare ones that are open.
  std::uint32_t largest_group_;
  sim::Sampler group_size_;
  double size_scale_ = 1;
  sim::Permutation members_;
  std::uint64_t stride_;  // From one member of a group to the next, without a common divisor with users_.
  /// The same for the users of each of several regions.
  struct Region {
    sim::Permutation members;
    std::uint64_t stride;
  };
  std::vector<Region> members_in_;
};

}  // namespace chatsim::models
