#include "models/gateway/devices.hpp"

#include <algorithm>

#include "models/service/spread.hpp"

namespace chatsim::models {

Devices::Devices(const Context& context) : context_(context), latest_(entries) {
  if (context.scenario.services.gateway.transport == spec::Transport::long_polling) polls_.resize(entries);
}

void Devices::show(UserId user, const Message& message) {
  if (observer) observer(user, message);
  const std::uint64_t with = message.to_group ? ~static_cast<std::uint64_t>(message.group)
                                              : static_cast<std::uint64_t>(message.author);
  const std::uint64_t conversation = spread(with) ^ spread(static_cast<std::uint64_t>(user) + 1);
  Latest& latest = latest_[conversation & (entries - 1)];
  const sim::Time now = context_.world.scheduler.now();
  if (latest.conversation == conversation && message.sent == latest.sent && message.id == latest.message) {
    ++duplicates_;
    return;
  }
  if (latest.conversation == conversation && message.sent < latest.sent) {
    ++overtaken_;
    if (now - latest.shown > reorder_window) ++out_of_order_;
    return;
  }
  latest = {conversation, message.id, message.sent, now};
}

sim::Time Devices::next_poll(UserId user) const {
  if (polls_.empty()) return sim::Time{};
  const Poll& poll = polls_[spread(static_cast<std::uint64_t>(user)) & (entries - 1)];
  return poll.user == user ? poll.next : sim::Time{};
}

void Devices::answered(UserId user, sim::Time next) {
  if (!polls_.empty()) polls_[spread(static_cast<std::uint64_t>(user)) & (entries - 1)] = {user, next};
}

}  // namespace chatsim::models
