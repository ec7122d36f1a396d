#include "models/population/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace chatsim::models {

namespace {

constexpr double pi = 3.14159265358979323846;

double seconds(sim::Time time) { return sim::to_seconds(time).value(); }

double fraction(double x) { return x - std::floor(x); }

}  // namespace

Schedule::Schedule(const Context& context)
    : curve_(context.scenario.population.daily_curve),
      online_(context.scenario.population.online.value()),
      users_(static_cast<std::uint64_t>(context.scenario.population.users)),
      places_(context.random, static_cast<std::uint32_t>(Stream::sessions), users_) {
  // Session lengths at the middle of 64 equal parts, scaled to the mean that the distribution states.
  const spec::Distribution& length = context.scenario.population.sessions.length;
  std::array<double, classes> session{};
  for (std::uint32_t c = 0; c < classes; ++c) session[c] = std::max(1e-3, length.quantile((c + 0.5) / classes));
  const double sum = std::accumulate(session.begin(), session.end(), 0.0);
  const double scale = length.mean() * classes / sum;
  // As many sessions a second in each class: users in proportion to the length of their cycles.
  double before = 0;
  for (std::uint32_t c = 0; c < classes; ++c) {
    cycle_s_[c] = session[c] * scale / std::max(online_, 1e-12);
    first_[c] = static_cast<std::uint64_t>(before / sum * static_cast<double>(users_) + 0.5);
    before += session[c];
    offset_[c] = context.draw(Stream::sessions, ~std::uint64_t{0}, c).uniform64(0);
  }
  first_[classes] = users_;
  class_scale_ = static_cast<double>(guide_.size()) / static_cast<double>(users_);
  std::uint8_t c = 0;
  for (std::size_t i = 0; i < guide_.size(); ++i) {
    // The class of the first position of this part, or one before it.
    while (c + 1U < classes && static_cast<double>(first_[c + 1U]) * class_scale_ <= static_cast<double>(i)) ++c;
    guide_[i] = c;
  }
}

double Schedule::activity_until(double t) const {
  if (curve_.amplitude == 0) return t;
  const double turn = 2 * pi / curve_.period.value();
  const double begin = curve_.begin_at.value() - curve_.peak_at.value();
  return t + curve_.amplitude / turn * (std::sin(turn * (begin + t)) - std::sin(turn * begin));
}

double Schedule::share_online(double t) const {
  if (curve_.amplitude == 0) return online_;
  return std::min(1.0, online_ * spec::activity_at(curve_, spec::Seconds{t}));
}

std::uint32_t Schedule::class_of(std::uint64_t position) const {
  const auto part = static_cast<std::size_t>(static_cast<double>(position) * class_scale_);
  std::uint32_t c = guide_[std::min(part, guide_.size() - 1)];
  while (first_[c + 1] <= position) ++c;
  while (first_[c] > position) --c;
  return c;
}

double Schedule::phase(std::uint32_t c, std::uint64_t position, double t) const {
  const double rank = static_cast<double>(position - first_[c]) / static_cast<double>(users_of(c));
  return fraction(activity_until(t) / cycle_s_[c] + offset_[c] - rank);
}

bool Schedule::online(Position position, sim::Time now) const {
  if (online_ >= 1) return true;
  const auto place = static_cast<std::uint64_t>(position);
  return phase(class_of(place), place, seconds(now)) < share_online(seconds(now));
}

/// Newton's method. Where the curve swings within a session the integral is far from a line: instead of leaving the interval
/// that holds the answer, it halves it.
double Schedule::time_when(double activity, double guess) const {
  if (curve_.amplitude == 0) return activity;
  // The integral is never further from the time than that.
  const double swing = curve_.amplitude * curve_.period.value() / pi + 1e-9;
  double low = activity - swing, high = activity + swing;
  for (int i = 0; i < 60; ++i) {
    const double speed = std::max(0.05, spec::activity_at(curve_, spec::Seconds{guess}));
    const double error = activity - activity_until(guess);
    (error > 0 ? low : high) = error > 0 ? std::max(low, guess) : std::min(high, guess);
    const double wanted = guess + error / speed;
    const double next = wanted >= low && wanted <= high ? wanted : low + (high - low) / 2;
    const double step = next - guess;
    guess = next;
    if (std::abs(step) < 1e-9) break;
  }
  return guess;
}

spec::Seconds Schedule::last_login(Position position, sim::Time now) const {
  const auto place = static_cast<std::uint64_t>(position);
  const std::uint32_t c = class_of(place);
  const double t = seconds(now);
  return spec::Seconds{time_when(activity_until(t) - phase(c, place, t) * cycle_s_[c], t)};
}

spec::Seconds Schedule::next_login(Position position, sim::Time now) const {
  const auto place = static_cast<std::uint64_t>(position);
  const std::uint32_t c = class_of(place);
  const double t = seconds(now);
  return spec::Seconds{time_when(activity_until(t) + (1 - phase(c, place, t)) * cycle_s_[c], t)};
}

sim::Duration Schedule::longest_session() const {
  const double longest = online_ * *std::max_element(cycle_s_.begin(), cycle_s_.end());
  // Of a day's swing, sessions keep their length but for the rounding of a share that is cut at one.
  return sim::to_duration(spec::Seconds{std::min(2 * longest, 4e9)});
}

spec::Seconds Schedule::away_before_login(Position position, sim::Time now) const {
  const std::uint32_t c = class_of(static_cast<std::uint64_t>(position));
  const double speed = spec::activity_at(curve_, sim::to_seconds(now));
  return spec::Seconds{cycle_s_[c] * (1 - share_online(seconds(now))) / std::max(speed, 1e-6)};
}

std::uint64_t Schedule::rank_at(std::uint32_t c, sim::Time now) const {
  const double n = static_cast<double>(users_of(c));
  const double rank = std::floor(n * fraction(activity_until(seconds(now)) / cycle_s_[c] + offset_[c]));
  return std::min(static_cast<std::uint64_t>(rank), users_of(c) - 1);
}

std::uint64_t Schedule::count_of(std::uint32_t c, sim::Time now) const {
  const std::uint64_t n = users_of(c);
  // The newest has this phase, the one before 1 / n more, and so on.
  const double newest = phase(c, first_[c] + rank_at(c, now), seconds(now));
  const double count = std::ceil(static_cast<double>(n) * (share_online(seconds(now)) - newest));
  return std::min(n, static_cast<std::uint64_t>(std::max(0.0, count)));
}

std::int64_t Schedule::newest(std::uint32_t c, sim::Time now) const {
  const double cycles = activity_until(seconds(now)) / cycle_s_[c] + offset_[c];
  return static_cast<std::int64_t>(std::floor(static_cast<double>(users_of(c)) * cycles));
}

Schedule::Position Schedule::who(std::uint32_t c, std::int64_t number) const {
  const auto n = static_cast<std::int64_t>(users_of(c));
  return Position{first_[c] + static_cast<std::uint64_t>((number % n + n) % n)};
}

Schedule::Position Schedule::someone_online(const sim::Draw& draw, sim::Time now) const {
  const std::uint64_t anybody = draw.below(users_, 0);
  return someone_online_of(class_of(anybody), draw, now, Position{anybody});
}

Schedule::Position Schedule::someone_who_logged_in(const sim::Draw& draw, sim::Time now) const {
  const auto of_class = static_cast<std::uint32_t>(draw.below(classes, 0));
  return someone_online_of(of_class, draw, now, Position{draw.below(users_, 0)});
}

Schedule::Position Schedule::someone_online_of(std::uint32_t c, const sim::Draw& draw, sim::Time now,
                                               Position otherwise) const {
  const std::uint64_t n = users_of(c);
  const std::uint64_t count = n > 0 ? count_of(c, now) : 0;
  if (count == 0) return otherwise;
  // Any rank of the class that is within the connected part of its cycle now, counted back from the newest.
  return Position{first_[c] + (rank_at(c, now) + n - draw.below(count, 1)) % n};
}

Schedule::Logins::Logins(const Schedule& schedule, std::uint32_t of_class, sim::Time since)
    : schedule_(schedule), class_(of_class) {
  number_ = static_cast<std::uint64_t>(schedule.newest(class_, since));
  at_ = since;
  advance();
}

void Schedule::Logins::advance() {
  ++number_;
  const double n = static_cast<double>(schedule_.users_of(class_));
  const double wanted = (static_cast<double>(number_) / n - schedule_.offset_[class_]) * schedule_.cycle_s_[class_];
  const double t = schedule_.time_when(wanted, seconds(at_));
  // A little later than computed: rounding must not have the user offline at the own login.
  at_ = std::max(at_, sim::to_time(spec::Seconds{std::max(0.0, t)}) + sim::Duration{2});
}

Schedule::Position Schedule::Logins::who() const {
  return Position{schedule_.first_[class_] + number_ % schedule_.users_of(class_)};
}

Schedule::Position Schedule::Logins::who_leaves() const {
  const std::uint64_t n = schedule_.users_of(class_);
  const std::uint64_t connected = schedule_.count_of(class_, at_);
  return Position{schedule_.first_[class_] + (number_ % n + n - connected % n) % n};
}

}  // namespace chatsim::models
