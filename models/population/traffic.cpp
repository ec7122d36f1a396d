#include "models/population/traffic.hpp"

#include <limits>

#include "sim/kernel/random/fast_math.hpp"

namespace chatsim::models {

namespace {

// Steps of Stream::senders for one message.
constexpr std::uint32_t kind_step = 0;
constexpr std::uint32_t first_author_step = 1;
// With one user in a thousand online, one message in 10^9 comes from a user who is not.
constexpr std::uint32_t author_tries = 20000;

}  // namespace

Traffic::Traffic(Context& context, const Directory& directory)
    : context_(context),
      directory_(directory),
      mean_gap_s_(1 / spec::message_rate(context.scenario.population).value()),
      group_share_(directory.groups() > 0 ? context.scenario.population.group_message_share.value() : 0) {}

sim::Task<void> Traffic::run(Send send) {
  if (mean_gap_s_ == std::numeric_limits<double>::infinity()) co_return;
  for (std::uint64_t number = 1;; ++number) {
    const double gap = sim::negative_log(context_.draw(Stream::arrivals, number).bits64(0)) * mean_gap_s_;
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec::Seconds{gap}));
    Message next = message(number);
    next.sent = context_.world.scheduler.now();
    send(next);
  }
}

Message Traffic::message(std::uint64_t number) const {
  Message message{.id = MessageId{number}};
  const sim::Draw kind = context_.draw(Stream::senders, number, kind_step);
  message.to_group = kind.uniform64(0) < group_share_;
  if (message.to_group) {
    choose_group(message);
  } else {
    choose_direct(message);
  }
  return message;
}

/// An author who is online writes to anybody else.
void Traffic::choose_direct(Message& message) const {
  const auto id = static_cast<std::uint64_t>(message.id);
  std::uint64_t recipient = 0;
  for (std::uint32_t step = 0; step < author_tries; ++step) {
    const sim::Draw draw = context_.draw(Stream::senders, id, first_author_step + step);
    message.author = UserId{draw.below(directory_.users(), 0)};
    recipient = draw.below(directory_.users() - 1, 1);
    if (directory_.online(message.author)) break;
  }
  message.recipient = UserId{recipient + (recipient >= static_cast<std::uint64_t>(message.author))};
}

/// Any member of any group, if online: then all sizes of groups are as likely as they are many, and the others are
/// online as often as anybody. (The group first and then one who is online would leave fewer of the others.)
void Traffic::choose_group(Message& message) const {
  const auto id = static_cast<std::uint64_t>(message.id);
  for (std::uint32_t step = 0; step < author_tries; ++step) {
    const sim::Draw draw = context_.draw(Stream::senders, id, first_author_step + step);
    message.group = GroupId{draw.below(directory_.groups(), 0)};
    const auto index = static_cast<std::uint32_t>(draw.below(directory_.size_of(message.group), 1));
    message.author = directory_.member_of(message.group, index);
    if (directory_.online(message.author)) break;
  }
}

}  // namespace chatsim::models
