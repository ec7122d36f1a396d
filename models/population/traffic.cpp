#include "models/population/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/service/spread.hpp"
#include "sim/kernel/random/fast_math.hpp"

namespace chatsim::models {

namespace {

// Steps of Stream::senders for one message.
constexpr std::uint32_t kind_step = 0;
constexpr std::uint32_t first_author_step = 1;
// With one user in a thousand online, one message to a group in 10^9 comes from a member who is not.
constexpr std::uint32_t author_tries = 20000;

}  // namespace

Traffic::Traffic(Context& context, const Directory& directory)
    : context_(context),
      directory_(directory),
      mean_gap_s_(1 / spec::message_rate(context.scenario.population).value()),
      group_share_(directory.groups() > 0 ? context.scenario.population.group_message_share.value() : 0),
      active_share_(context.scenario.population.active_group_share.value()),
      active_groups_(static_cast<std::uint64_t>(context.scenario.population.active_groups *
                                                static_cast<double>(directory.groups()))),
      recipients_(1 - group_share_ + group_share_ * (context.scenario.population.group_size.mean() - 1)) {
  if (active_groups_ == 0) active_share_ = 0;
}

sim::Task<void> Traffic::run(Send send) {
  if (mean_gap_s_ == std::numeric_limits<double>::infinity()) co_return;
  const spec::DailyCurve& curve = context_.scenario.population.daily_curve;
  const std::uint32_t rate = rates_before_;
  // A gap that a change of the rate cuts short is drawn anew: what is left of an exponential time is one again.
  for (std::uint32_t step = rate;; step = 0) {
    const std::uint64_t number = next_number_;
    double gap = sim::negative_log(context_.draw(Stream::arrivals, number, step).bits64(0)) * mean_gap_s_;
    // The curve is the same throughout a gap.
    if (curve.amplitude != 0) {
      gap /= std::max(1e-6, spec::activity_at(curve, sim::to_seconds(context_.world.scheduler.now())));
    }
    if (load_.to != 1 || load_.from != 1) [[unlikely]] gap /= load();
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec::Seconds{gap}));
    if (stopped_ || rate != rates_before_) co_return;
    ++next_number_;
    Message next = message(number);
    next.sent = context_.world.scheduler.now();
    send(next);
  }
}

double Traffic::load() const {
  const double passed = sim::to_seconds(context_.world.scheduler.now() - load_.begin).value();
  const double rise = sim::to_seconds(load_.rise).value();
  return passed >= rise ? load_.to : load_.from + (load_.to - load_.from) * passed / rise;
}

void Traffic::multiply_load(double factor, sim::Duration rise) {
  const double now = load(), after = load_.to * factor;
  load_ = {now, after, context_.world.scheduler.now(), rise};
  // Back to where it was, but for rounding.
  if (std::abs(load_.to - 1) < 1e-12) load_.to = 1;
  if (rise == sim::Duration{}) load_.from = load_.to;
}

bool Traffic::reconfigure() {
  const double mean_gap_s = 1 / spec::message_rate(context_.scenario.population).value();
  if (mean_gap_s == mean_gap_s_) return false;
  mean_gap_s_ = mean_gap_s;
  ++rates_before_;
  return true;
}

Message Traffic::message(std::uint64_t number) const {
  Message message{.id = MessageId{number}};
  const sim::Draw kind = context_.draw(Stream::senders, number, kind_step);
  message.to_group = kind.uniform64(0) < group_share_;
  if (message.to_group) {
    choose_group_and_author(message);
  } else {
    choose_direct(message);
  }
  return message;
}

/// An author who is online writes to anybody else.
void Traffic::choose_direct(Message& message) const {
  const auto id = static_cast<std::uint64_t>(message.id);
  const Schedule& schedule = directory_.schedule();
  message.author = schedule.user_at(schedule.someone_online(context_.draw(Stream::senders, id, first_author_step),
                                                            context_.world.scheduler.now()));
  const sim::Draw draw = context_.draw(Stream::senders, id, first_author_step + 1);
  if (!directory_.regions().one()) [[unlikely]] {
    message.recipient = somebody_else(message.author, draw.uniform64(1), draw.bits64(0));
    return;
  }
  const std::uint64_t recipient = draw.below(directory_.users() - 1, 0);
  message.recipient = UserId{recipient + (recipient >= static_cast<std::uint64_t>(message.author))};
}

/// Of the user's own region as often as the scenario says.
UserId Traffic::somebody_else(UserId user, double lot, std::uint64_t bits) const {
  const UserRegions& regions = directory_.regions();
  const Schedule& schedule = directory_.schedule();
  const std::uint32_t region = regions.same_or_other(directory_.region_of(user), lot);
  const std::uint64_t users = regions.users_in(region);
  __extension__ using Wide = unsigned __int128;
  const auto rank = static_cast<std::uint64_t>(static_cast<Wide>(bits) * users >> 64);
  const UserId found = schedule.user_at(regions.position_of(region, rank));
  return found != user ? found : schedule.user_at(regions.position_of(region, (rank + 1) % users));
}

GroupId Traffic::choose_group(const sim::Draw& draw) const {
  const std::uint64_t groups = directory_.groups() + directory_.memberships.created();
  // The lower half of the bits says which kind, the upper which one.
  if (draw.uniform(1) < active_share_) {
    __extension__ using Wide = unsigned __int128;  // There may be more than 2^32 of them.
    return GroupId{static_cast<std::uint64_t>(static_cast<Wide>(draw.bits32(0)) * active_groups_ >> 32)};
  }
  return GroupId{active_groups_ + draw.below(groups - active_groups_, 1)};
}

/// Any member of any group, if online: then all sizes of groups are as likely as they are many, and the others are
/// online as often as anybody. (The group first and then one who is online would leave fewer of the others.)
void Traffic::choose_group_and_author(Message& message) const {
  const auto id = static_cast<std::uint64_t>(message.id);
  for (std::uint32_t step = 0; step < author_tries; ++step) {
    message.group = choose_group(context_.draw(Stream::senders, id, first_author_step + 2 * step));
    const std::uint32_t slots = directory_.slots_of(message.group);
    if (slots == 0) continue;
    const sim::Draw draw = context_.draw(Stream::senders, id, first_author_step + 2 * step + 1);
    const auto author = directory_.member_at(message.group, static_cast<std::uint32_t>(draw.below(slots, 0)));
    if (!author) continue;
    message.author = *author;
    if (directory_.online(message.author)) break;
  }
}

Message Traffic::earlier_to(UserId recipient, std::uint32_t number, sim::Time sent) const {
  const std::uint64_t hash = spread(static_cast<std::uint64_t>(recipient) ^ std::uint64_t{number} << 40);
  const sim::Draw draw = context_.draw(Stream::earlier, hash);
  Message message{.id = earlier_message(hash), .recipient = recipient, .sent = sent};
  // Of deliveries, not of messages: a message to a group is one for each member.
  message.to_group = draw.uniform64(0) < 1 - (1 - group_share_) / recipients_;
  if (message.to_group) message.group = choose_group(context_.draw(Stream::earlier, hash, 1));
  if (!directory_.regions().one()) [[unlikely]] {
    message.author = somebody_else(recipient, context_.draw(Stream::earlier, hash, 8).uniform64(0), draw.bits64(1));
    return message;
  }
  const std::uint64_t author = draw.below(directory_.users() - 1, 1);
  message.author = UserId{author + (author >= static_cast<std::uint64_t>(recipient))};
  return message;
}

Traffic::Earlier Traffic::earlier(std::uint64_t number) const {
  const std::uint64_t hash = spread(number ^ std::uint64_t{1} << 62);
  const Schedule& schedule = directory_.schedule();
  const UserId recipient = schedule.user_at(
      schedule.someone_online(context_.draw(Stream::earlier, hash, 2), context_.world.scheduler.now()));
  Message message = earlier_to(recipient, static_cast<std::uint32_t>(number), sim::Time{sim::Duration{-1}});
  message.id = earlier_message(hash);
  // Who wrote a moment ago is online still.
  Schedule::Position place =
      schedule.someone_online(context_.draw(Stream::earlier, hash, 7), context_.world.scheduler.now());
  // In the region of the author that was chosen before: whoever comes next there is nearly always online too.
  const UserRegions& regions = directory_.regions();
  if (!regions.one()) [[unlikely]] place = regions.next_in(directory_.region_of(message.author), place);
  const UserId author = schedule.user_at(place);
  if (author != recipient) message.author = author;
  return {message, recipient};
}

}  // namespace chatsim::models
