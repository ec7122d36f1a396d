#include "models/population/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;

namespace {

constexpr std::uint64_t users = 20'000;

Figures with_schedule(const spec::Scenario& scenario, const std::function<void(Schedule&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    Schedule schedule(context);
    measure(schedule, figures);
  });
}

spec::Scenario sessions_of(double online, double length_s, double amplitude = 0) {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.users = users;
  scenario.population.online = spec::Probability{online};
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{length_s});
  scenario.population.daily_curve = {.amplitude = amplitude, .period = Seconds{1000}, .peak_at = Seconds{0},
                                     .begin_at = Seconds{0}};
  return scenario;
}

sim::Time at(double seconds) { return sim::to_time(Seconds{seconds}); }

/// All logins of all classes until a time, in order.
std::vector<std::pair<double, UserId>> logins_until(const Schedule& schedule, double end) {
  std::vector<std::pair<double, UserId>> found;
  for (std::uint32_t c = 0; c < Schedule::classes; ++c) {
    if (schedule.users_of(c) == 0) continue;
    for (Schedule::Logins logins(schedule, c, sim::Time{}); logins.at() < at(end); logins.advance()) {
      found.emplace_back(sim::to_seconds(logins.at()).value(), schedule.user_at(logins.who()));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("as many log in as the connected share and the length of sessions imply, at all hours") {
  const auto [online, length] = GENERATE(std::pair{0.32, 640.0}, std::pair{0.05, 20.0}, std::pair{0.9, 100.0});
  const Figures found = with_schedule(sessions_of(online, length), [](Schedule& schedule, Figures& figures) {
    figures["logins"] = static_cast<double>(logins_until(schedule, 100).size());
    for (const double t : {0.0, 17.0, 99.0}) {
      double connected = 0, in_ranges = 0;
      for (std::uint64_t user = 0; user < users; ++user) {
        connected += schedule.online(schedule.position_of(UserId{user}), at(t));
      }
      schedule.for_each_range_online(at(t), [&](std::uint64_t begin, std::uint64_t end) {
        in_ranges += static_cast<double>(end - begin);
      });
      figures["connected_at_" + std::to_string(int(t))] = connected;
      figures["ranges_off_at_" + std::to_string(int(t))] = std::abs(connected - in_ranges);
    }
  });
  const double rate = users * online / length;
  CHECK(figure("logins in 100 s, users x online / mean length, one a class", 100 * rate, found.at("logins"), 64));
  for (const char* t : {"0", "17", "99"}) {
    CHECK(figure("connected, users x online, one a class", users * online,
                 found.at(std::string("connected_at_") + t), 64));
    CHECK(found.at(std::string("ranges_off_at_") + t) <= 64);
  }
}

TEST_CASE("who logs in was offline before and is online afterwards, until the session is over") {
  const double amplitude = GENERATE(0.0, 0.5);
  // With a curve sessions are short beside it: it hardly moves within one.
  const double mean = amplitude == 0 ? 50 : 3;
  const Figures found = with_schedule(sessions_of(0.32, mean, amplitude), [&](Schedule& schedule, Figures& figures) {
    const auto logins = logins_until(schedule, 6 * mean);
    double& online_before = figures["online_before"] = 0;
    double& offline_after = figures["offline_after"] = 0;
    double& wrong_last = figures["wrong_last_login"] = 0;
    double& wrong_next = figures["wrong_next_login"] = 0;
    double length = 0;
    for (const auto& [t, user] : logins) {
      const Schedule::Position position = schedule.position_of(user);
      online_before += t > 0.01 && schedule.online(position, at(t - 0.001));
      offline_after += !schedule.online(position, at(t)) || !schedule.online(position, at(t + 0.001));
      wrong_last += std::abs(schedule.last_login(position, at(t)).value() - t) > 0.01;
      // How long the session lasts, by looking.
      const double step = mean / 500;
      double low = t, high = t;
      while (schedule.online(position, at(high))) high += step;
      low = high - step;
      while (high - low > step / 100) (schedule.online(position, at((low + high) / 2)) ? low : high) = (low + high) / 2;
      length += high - t;
      wrong_next += schedule.next_login(position, at(t)).value() < high - step;
    }
    figures["mean_length"] = length / static_cast<double>(logins.size());
    figures["logins"] = static_cast<double>(logins.size());
  });
  CHECK(found.at("logins") > 10'000);
  CHECK(found.at("online_before") == 0);
  CHECK(found.at("offline_after") == 0);
  CHECK(found.at("wrong_last_login") == 0);
  CHECK(found.at("wrong_next_login") == 0);
  // Curve or not: sessions keep their length.
  CHECK(figure("mean length of a session in s", mean, found.at("mean_length"), 0.02 * mean));
}

TEST_CASE("logins come as if at random: superposed streams are nearly a Poisson process") {
  const Figures found = with_schedule(sessions_of(0.32, 640), [](Schedule& schedule, Figures& figures) {
    const auto logins = logins_until(schedule, 600);
    double sum = 0, squares = 0;
    for (std::size_t i = 1; i < logins.size(); ++i) {
      const double gap = logins[i].first - logins[i - 1].first;
      sum += gap;
      squares += gap * gap;
    }
    const auto n = static_cast<double>(logins.size() - 1);
    figures["variation"] = squares / n / (sum / n * (sum / n)) - 1;
    std::set<UserId> who;
    for (const auto& [t, user] : logins) who.insert(user);
    figures["users"] = static_cast<double>(who.size());
    figures["logins"] = n + 1;
  });
  // 64 regular streams: the gap until the next of the others is almost exponential, 1 - 2/65.
  CHECK(figure("squared coefficient of variation of gaps, 1 if exponential", 1, found.at("variation"), 0.1));
  CHECK(found.at("users") <= found.at("logins"));
}

TEST_CASE("the daily curve moves logins and the share connected alike") {
  const Figures found = with_schedule(sessions_of(0.32, 20, 0.5), [](Schedule& schedule, Figures& figures) {
    const auto logins = logins_until(schedule, 1000);
    double peak = 0, trough = 0;
    for (const auto& [t, user] : logins) {
      peak += t < 50 || t >= 950;
      trough += t >= 450 && t < 550;
    }
    figures["peak"] = peak;
    figures["trough"] = trough;
    figures["all"] = static_cast<double>(logins.size());
    for (std::uint64_t user = 0; user < users; ++user) {
      const Schedule::Position position = schedule.position_of(UserId{user});
      figures["connected_at_peak"] += schedule.online(position, at(0));
      figures["connected_in_trough"] += schedule.online(position, at(500));
    }
  });
  const double rate = users * 0.32 / 20;
  // Mean of 1 + 0.5 cos over a tenth of the period around the peak: 1 + 0.5 sin(pi / 10) / (pi / 10).
  const double swing = 0.5 * std::sin(M_PI / 10) / (M_PI / 10);
  CHECK(figure("logins in 1,000 s, users of a class rounded", 1000 * rate, found.at("all"), 0.005 * 1000 * rate));
  CHECK(figure("within 50 s of the peak", 100 * rate * (1 + swing), found.at("peak"), 0.01 * 100 * rate));
  CHECK(figure("within 50 s of the trough", 100 * rate * (1 - swing), found.at("trough"), 0.01 * 100 * rate));
  CHECK(figure("connected at the peak, 1.5 x 32 %", users * 0.48, found.at("connected_at_peak"), 64));
  CHECK(figure("connected in the trough, 0.5 x 32 %", users * 0.16, found.at("connected_in_trough"), 64));
}

TEST_CASE("someone online is online, and everybody who is gets as often picked") {
  const Figures found = with_schedule(sessions_of(0.32, 640), [](Schedule& schedule, Figures& figures) {
    std::vector<double> picked(users, 0);
    constexpr std::uint64_t draws = 640'000;
    for (std::uint64_t i = 0; i < draws; ++i) {
      const Schedule::Position position = schedule.someone_online(sim::Draw({7}, 1, i), at(33));
      figures["offline"] += !schedule.online(position, at(33));
      ++picked[static_cast<std::size_t>(schedule.user_at(position))];
    }
    double connected = 0, chi_square = 0;
    for (std::uint64_t user = 0; user < users; ++user) {
      if (schedule.online(schedule.position_of(UserId{user}), at(33))) ++connected;
    }
    for (std::uint64_t user = 0; user < users; ++user) {
      if (!schedule.online(schedule.position_of(UserId{user}), at(33))) continue;
      const double expected = draws / connected;
      chi_square += (picked[user] - expected) * (picked[user] - expected) / expected;
    }
    figures["chi_square_per_user"] = chi_square / connected;
  });
  CHECK(found.at("offline") == 0);
  // A class is picked by its users, of whom not quite the same share is connected.
  CHECK(figure("chi-square over degrees of freedom, 4 sigma and what rounding of small classes adds", 1,
               found.at("chi_square_per_user"), 4 * std::sqrt(2.0 / 6400) + 0.1));
}
