#include "models/messaging/mailboxes.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

namespace {

/// Poisson by inversion; for large means by the normal law, which is off by less than its own noise there.
std::uint32_t poisson(double mean, const sim::Draw& draw) {
  if (mean > 200) {
    const double u = draw.uniform64(0), v = draw.uniform64(1);
    constexpr double two_pi = 6.283185307179586;
    const double normal = std::sqrt(2 * sim::negative_log(static_cast<std::uint64_t>(u * 0x1p64))) * std::cos(two_pi * v);
    return static_cast<std::uint32_t>(std::max(0.0, mean + std::sqrt(mean) * normal + 0.5));
  }
  double left = draw.uniform64(0), term = std::exp(-mean);
  std::uint32_t count = 0;
  while (left > term && count < 1000) {
    left -= term;
    term *= mean / ++count;
  }
  return count;
}

}  // namespace

Mailboxes::Mailboxes(const Context& context, const Directory& directory, const Traffic& traffic,
                     ObjectOf object_of)
    : context_(context),
      directory_(directory),
      traffic_(traffic),
      object_of_(std::move(object_of)),
      end_(sim::to_time(spec::horizon(context.scenario))),
      deliveries_per_user_s_(spec::message_rate(context.scenario.population).value() * traffic.recipients_per_message() /
                             static_cast<double>(directory.users())) {}

void Mailboxes::keep(UserId user, const Kept& kept, Until until) {
  const Schedule& schedule = directory_.schedule();
  const spec::Seconds next = schedule.next_login(schedule.position_of(user), context_.world.scheduler.now());
  // A second's grace for rounding.
  if (until == Until::login && next.value() > sim::to_seconds(end_).value() + 1) return;
  boxes_[user].push_back(kept);
  ++stored_;
}

std::vector<Mailboxes::Kept> Mailboxes::take(UserId user, BeforeRun before_run) {
  std::vector<Kept> found;
  if (before_run == BeforeRun::taken) add_earlier(user, found);
  if (const auto box = boxes_.find(user); box != boxes_.end()) {
    stored_ -= box->second.size();
    found.insert(found.end(), box->second.begin(), box->second.end());
    boxes_.erase(box);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Kept& a, const Kept& b) { return a.message.sent < b.message.sent; });
  return found;
}

std::vector<Receipt> Mailboxes::found_before(std::uint64_t number) const {
  const Schedule& schedule = directory_.schedule();
  const sim::Time now = context_.world.scheduler.now();
  const Schedule::Position position = schedule.someone_who_logged_in(context_.draw(Stream::earlier, number, 5), now);
  const UserId user = schedule.user_at(position);
  const double mean = schedule.away_before_login(position, now).value() * deliveries_per_user_s_;
  const std::uint32_t count = poisson(mean, context_.draw(Stream::earlier, number, 6));
  constexpr std::uint32_t others = 1u << 24;  // Than those that wait for the user's next login.
  std::vector<Receipt> found;
  found.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Message message = traffic_.earlier_to(user, others + i, sim::Time{sim::Duration{-1}});
    found.push_back({message.id, message.author, user, 0, Status::read});
  }
  return found;
}

void Mailboxes::add_earlier(UserId user, std::vector<Kept>& found) const {
  const Schedule& schedule = directory_.schedule();
  const Schedule::Position position = schedule.position_of(user);
  const sim::Time now = context_.world.scheduler.now();
  const double login = schedule.last_login(position, now).value();
  const double left = login - schedule.away_before_login(position, now).value();
  if (left >= 0) return;
  // Whose session began before the run has read all that came before it.
  if (login <= 0) return;
  const double mean = -left * deliveries_per_user_s_;
  const auto id = static_cast<std::uint64_t>(user);
  const std::uint32_t count = poisson(mean, context_.draw(Stream::mailbox, id));
  found.reserve(found.size() + count);
  for (std::uint32_t i = 0; i < count; ++i) {
    // Evenly over the absence: the order is what matters.
    const double sent = left * (1 - (i + 0.5) / count);
    Message message = traffic_.earlier_to(user, i, sim::Time{sim::to_duration(spec::Seconds{sent})});
    message.object = object_of_(message.id);
    found.push_back({message, 0});
  }
}

}  // namespace chatsim::models
