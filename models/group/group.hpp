#pragma once

#include <functional>
#include <vector>

#include "models/population/directory.hpp"
#include "models/profile/profile.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// A member of a group, and its place among them.
struct Member {
  UserId user{};
  std::uint32_t index = 0;
  bool first = true;  ///< Of the receivers of a message: estimates count one read a message, for this one.
};

/// "Sends messages to users who are part of a group."
class Group {
 public:
  Group(Context& context, Directory& directory, Store& members, Profile& profiles);

  /// Has the messaging service deliver a message to some members: "messages to each individual -> messaging". One, unless
  /// the fan-out is batched.
  using Deliver = std::function<sim::Call(sim::MachineIndex from, const Message& message, std::vector<Member> members,
                                          DeliveryToken due)>;
  /// To one member.
  using DeliverOne = std::function<sim::Call(sim::MachineIndex from, const Message& message, Member member,
                                             DeliveryToken due)>;
  void connect(DeliverOne deliver_one, Deliver deliver_batch) {
    deliver_one_ = std::move(deliver_one);
    deliver_batch_ = std::move(deliver_batch);
  }

  /// fanout(groupId, messageId): a request from a messaging server, answered when every member was served.
  sim::Call fanout(sim::MachineIndex from, const Message& message, Hops& hops);

  /// create(members), join(groupId, userId), leave(groupId, userId): requests from a gateway.
  sim::Call create(sim::MachineIndex from, std::vector<UserId> members, Hops& hops);
  sim::Call join(sim::MachineIndex from, GroupId group, UserId user, Hops& hops);
  sim::Call leave(sim::MachineIndex from, GroupId group, UserId user, Hops& hops);

  const AppTier& tier() const { return tier_; }
  AppTier& tier() { return tier_; }
  /// Takes over what has changed in the scenario; a fan-out that is under way goes on as it began.
  void reconfigure();

  sim::Histogram group_fanout;  ///< From the first step of a fan-out until the last member was served.

 private:
  enum class Change : std::uint8_t { join, leave };

  sim::Task<void> serve_fanout(sim::ReplyTo reply, sim::MachineIndex self, Message message, DeliveryToken due);
  sim::Task<void> serve_create(sim::ReplyTo reply, sim::MachineIndex self, std::vector<UserId> members, Hops hops);
  sim::Task<void> serve_change(sim::ReplyTo reply, sim::MachineIndex self, GroupId group, UserId user, Change change,
                               Hops hops);
  sim::Call change(sim::MachineIndex from, GroupId group, UserId user, Change change, Hops& hops);
  Store::Shard rows_of(GroupId group) const {
    const std::uint64_t key = static_cast<std::uint64_t>(group) + 1;
    return members_.shard(key, key, directory_.region_of(group));
  }
  std::vector<Member> receivers(const Message& message) const;

  Context& context_;
  Directory& directory_;
  Store& members_;
  Profile& profiles_;
  AppTier tier_;
  std::uint32_t parallelism_;
  bool batched_;
  DeliverOne deliver_one_;
  Deliver deliver_batch_;
};

}  // namespace chatsim::models
