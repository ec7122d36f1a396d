#include "models/group/group.hpp"

#include <algorithm>

namespace chatsim::models {

Group::Group(Context& context, Directory& directory, Store& members, Profile& profiles)
    : context_(context),
      directory_(directory),
      members_(members),
      profiles_(profiles),
      tier_(context, "group", context.scenario.services.group),
      parallelism_(static_cast<std::uint32_t>(context.scenario.services.group.fanout_parallelism)),
      batched_(context.scenario.services.group.fanout == spec::Fanout::batched) {}

void Group::reconfigure() {
  const spec::Group& group = context_.scenario.services.group;
  tier_.reconfigure(group);
  parallelism_ = static_cast<std::uint32_t>(group.fanout_parallelism);
  batched_ = group.fanout == spec::Fanout::batched;
}

sim::Call Group::fanout(sim::MachineIndex from, const Message& message, Hops& hops) {
  // Due from here on, whatever becomes of the request: all members but the author.
  DeliveryToken due(context_.ledger, directory_.members_of(message.group) - 1);
  due.enter(Step::fanout);
  const sim::MachineIndex machine = tier_.next(from);
  return context_.world.rpc.call_task(
      tier_.request(from, Step::fanout, context_.bytes(context_.scenario.population.message_size),
                    context_.bytes(spec::Bytes{0}), {}, hops.trace()),
      tier_.leg(machine, hops), [&](sim::ReplyTo reply) {
        return serve_fanout(std::move(reply), machine, message, std::move(due));
      });
}

/// "Will create a conversation for every member and send a message for each."
sim::Task<void> Group::serve_fanout(sim::ReplyTo reply, sim::MachineIndex self, Message message, DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::of_fanout);
  const sim::Time begin = context_.world.scheduler.now();

  due.enter(Step::members);
  const sim::Reply members = co_await members_.get(self, rows_of(message.group), directory_.members_of(message.group),
                                                   Step::members, hops);
  if (members.outcome != sim::Outcome::ok) {
    due.failed(members.outcome);
    co_return;
  }
  // "Message author -> group": name and picture, for the notification of each member.
  const Profile::Location author = co_await profiles_.author(self, message.author, hops);
  if (author.missing()) co_await profiles_.look_aside(self, message.author, author.found, Step::author, hops);

  due.enter(Step::to_member);
  sim::CallGroup deliveries(parallelism_);
  if (batched_) {
    // Members with the same home are one request to messaging and one push.
    std::vector<Member> all = receivers(message);
    const auto home = [&](const Member& member) {
      return directory_.home_of(directory_.schedule().position_of(member.user));
    };
    std::sort(all.begin(), all.end(), [&](const Member& a, const Member& b) {
      return std::pair(home(a), a.index) < std::pair(home(b), b.index);
    });
    for (auto first = all.begin(); first != all.end() && due.count() > 0;) {
      auto last = first;
      while (last != all.end() && home(*last) == home(*first)) ++last;
      const auto count = std::min<std::uint64_t>(due.count(), static_cast<std::uint64_t>(last - first));
      std::vector<Member> batch(first, first + static_cast<std::ptrdiff_t>(count));
      co_await deliveries.start(deliver_batch_(self, message, std::move(batch), due.take(count)));
      first = last;
    }
  } else {
    const std::uint32_t slots = directory_.slots_of(message.group);
    bool first = true;
    for (std::uint32_t index = 0; index < slots && due.count() > 0; ++index) {
      const auto member = directory_.member_at(message.group, index);
      if (!member || *member == message.author) continue;
      co_await deliveries.start(deliver_one_(self, message, {*member, index, first}, due.take(1)));
      first = false;
    }
  }
  // Who left since the message was sent.
  due.withdrawn();
  co_await deliveries.join();
  group_fanout.record(context_.world.scheduler.now() - begin);
  reply.ok();
}

std::vector<Member> Group::receivers(const Message& message) const {
  std::vector<Member> found;
  for (std::uint32_t index = 0; index < directory_.slots_of(message.group); ++index) {
    const auto member = directory_.member_at(message.group, index);
    if (member && *member != message.author) found.push_back({*member, index, found.empty()});
  }
  return found;
}

sim::Call Group::create(sim::MachineIndex from, std::vector<UserId> members, Hops& hops) {
  const sim::MachineIndex machine = tier_.next(from);
  const sim::LegOptions leg = tier_.leg(machine, hops);
  const auto bytes = context_.bytes(static_cast<double>(members.size()) * spec::Bytes{8});
  return context_.world.rpc.call_task(
      tier_.request(from, Step::group_change, bytes, context_.bytes(spec::Bytes{8})), leg,
      [&](sim::ReplyTo reply) { return serve_create(std::move(reply), machine, std::move(members), hops); });
}

sim::Call Group::join(sim::MachineIndex from, GroupId group, UserId user, Hops& hops) {
  return change(from, group, user, Change::join, hops);
}

sim::Call Group::leave(sim::MachineIndex from, GroupId group, UserId user, Hops& hops) {
  return change(from, group, user, Change::leave, hops);
}

sim::Call Group::change(sim::MachineIndex from, GroupId group, UserId user, Change change, Hops& hops) {
  const sim::MachineIndex machine = tier_.next(from);
  const sim::LegOptions leg = tier_.leg(machine, hops);
  return context_.world.rpc.call_task(
      tier_.request(from, Step::group_change, context_.bytes(spec::Bytes{16}), context_.bytes(spec::Bytes{0})), leg,
      [&](sim::ReplyTo reply) { return serve_change(std::move(reply), machine, group, user, change, hops); });
}

sim::Task<void> Group::serve_create(sim::ReplyTo reply, sim::MachineIndex self, std::vector<UserId> members,
                                    Hops hops) {
  const GroupId group{directory_.groups() + directory_.memberships.created()};
  directory_.memberships.create(directory_.groups(), members);
  const auto rows = static_cast<std::uint32_t>(members.size());
  const sim::Reply written = co_await members_.put(self, rows_of(group), {.step = Step::group_rows, .rows = rows}, hops);
  if (written.outcome == sim::Outcome::ok) reply.ok(static_cast<std::uint64_t>(group));
}

sim::Task<void> Group::serve_change(sim::ReplyTo reply, sim::MachineIndex self, GroupId group, UserId user,
                                    Change change, Hops hops) {
  const bool joins = change == Change::join;
  // "Groups can have max 200 members." The last two stay: a group of one has nobody to send to.
  const auto most = static_cast<std::uint32_t>(context_.scenario.population.group_size_max);
  const std::uint32_t members = directory_.members_of(group);
  if (joins ? members >= most : members <= 2) co_return;
  const sim::Reply written = co_await members_.put(
      self, rows_of(group),
      {.step = Step::group_rows, .change = joins ? Store::Change::insert : Store::Change::update}, hops);
  if (written.outcome != sim::Outcome::ok) co_return;
  const bool changed = joins ? directory_.join(group, user) : directory_.leave(group, user);
  if (changed) reply.ok();
}

}  // namespace chatsim::models
