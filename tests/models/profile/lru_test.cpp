// The cache of functions against one that keeps every row in a list.
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "models/profile/row_cache.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/profile/exact_cache.hpp"

using namespace chatsim;
using models::Lookup;
using models::RowCache;
using models::UserId;
using tests::figure;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::uint32_t shards = 4;
constexpr std::uint64_t users = 40'000;
// Rows are drawn, and as many as fit are there on average: of 40,000 they deviate by 0.25 % or less.
constexpr double tolerance = 0.01;

std::uint32_t shard_of(std::uint64_t user) { return static_cast<std::uint32_t>(user % shards); }

struct Use {
  double time;
  std::uint64_t user;
  bool update;
};

/// References of a run: uses a row and second, over time, and who is used.
struct Traffic {
  double look_ups = 1, updates = 0;  ///< Of one row, in a second.
  double end = 10;
  std::function<double(double)> factor = [](double) { return 1.0; };  ///< At a time, over the rates above.
  double hot_share = 0;                                               ///< Of the uses, on the hot users.
  std::uint64_t hot_users = 0;
  double warmup = 15;  ///< Before the run, for the list.
};

class Uses {
 public:
  Uses(const Traffic& traffic, std::uint64_t seed)
      : traffic_(traffic), random_(seed), time_(-traffic.warmup) {}

  Use next(bool hot) {
    const double rate = (traffic_.look_ups + traffic_.updates) * static_cast<double>(users);
    time_ += std::exponential_distribution<double>(rate * traffic_.factor(time_))(random_);
    const bool is_hot = hot && uniform() < traffic_.hot_share;
    const std::uint64_t user = random_() % (is_hot ? traffic_.hot_users : users);
    return {time_, user, uniform() * (traffic_.look_ups + traffic_.updates) < traffic_.updates};
  }

 private:
  double uniform() { return std::generate_canonical<double, 53>(random_); }

  Traffic traffic_;
  std::mt19937_64 random_;
  double time_;
};

RowCache::Options options_of(const Traffic& traffic, std::size_t capacity, double time_to_live) {
  return {.random = {7},
          .stream = 9,
          .rows = std::vector<double>(shards, static_cast<double>(users) / shards),
          .capacity = static_cast<double>(capacity),
          .uses = {.look_ups = spec::PerSecond{traffic.look_ups},
                   .updates = spec::PerSecond{traffic.updates},
                   .time_to_live = spec::Seconds{time_to_live}},
          .lease = spec::Seconds{1},
          .end = spec::Seconds{traffic.end}};
}

constexpr int parts = 10;

struct Comparison {
  double exact[parts] = {}, simulated[parts] = {};  ///< Hit ratios over tenths of the run.
  double exact_age = 0, simulated_age = 0;
  std::size_t stored = 0;

  double exact_mean() const { return mean(exact); }
  double simulated_mean() const { return mean(simulated); }
  static double mean(const double (&ratios)[parts]) {
    double sum = 0;
    for (const double ratio : ratios) sum += ratio / parts;
    return sum;
  }
};

/// Both see the same references.
Comparison compare(const Traffic& traffic, std::size_t capacity, double time_to_live) {
  tests::ExactCache exact(shards, capacity, time_to_live);
  RowCache cache(options_of(traffic, capacity, time_to_live));
  Uses uses(traffic, 1);
  Comparison result;
  double look_ups[parts] = {};
  bool hot = false;
  for (Use use = uses.next(hot); use.time < traffic.end; use = uses.next(hot)) {
    hot = use.time >= 0;
    const std::uint32_t shard = shard_of(use.user);
    if (use.update) {
      exact.update(use.user, shard, use.time);
      if (use.time >= 0) cache.update(UserId{use.user}, shard, sim::to_time(spec::Seconds{use.time}));
      continue;
    }
    const bool exact_hit = exact.look_up(use.user, shard, use.time);
    if (use.time < 0) continue;
    const sim::Time now = sim::to_time(spec::Seconds{use.time});
    const bool hit = cache.look_up(UserId{use.user}, shard, now) == Lookup::hit;
    if (!hit) cache.fill(UserId{use.user}, shard, now);
    const auto part = static_cast<int>(use.time / traffic.end * parts);
    ++look_ups[part];
    result.exact[part] += exact_hit;
    result.simulated[part] += hit;
  }
  for (int i = 0; i < parts; ++i) {
    result.exact[i] /= look_ups[i];
    result.simulated[i] /= look_ups[i];
  }
  result.exact_age = exact.eviction_age(traffic.end);
  result.simulated_age = cache.eviction_age(sim::to_time(spec::Seconds{traffic.end})).value();
  result.stored = cache.stored();
  return result;
}

void check_all_parts(const std::string& what, const Comparison& result) {
  bool right =
      figure(what + ": hit ratio, list of all rows", result.exact_mean(), result.simulated_mean(), tolerance);
  for (int i = 0; i < parts; ++i) {
    right =
        figure("  tenth " + std::to_string(i + 1), result.exact[i], result.simulated[i], 1.5 * tolerance) &&
        right;
  }
  CHECK(right);
  CHECK(figure("  the first tenth", result.exact[0], result.simulated[0], tolerance));
  CHECK(figure("  the last tenth", result.exact[parts - 1], result.simulated[parts - 1], tolerance));
}

}  // namespace

TEST_CASE("least recently used: as in a list, from the first look-up on, whatever the size") {
  const std::size_t capacity = GENERATE(100, 1000, 3000, 6000, 9000, 9900);
  const Traffic traffic;
  const Comparison result = compare(traffic, capacity, never);
  const std::string size = std::to_string(capacity) + " of 10,000";
  check_all_parts(size, result);
  // Che: n (1 - exp(-T)) rows are there.
  const double age = -std::log1p(-static_cast<double>(capacity) / 10'000);
  CHECK(figure(size + ": eviction age in s, by Che's formula", age, result.simulated_age, 0.03 * age + 0.01));
  CHECK(figure("  and of the list", result.exact_age, result.simulated_age, 0.03 * age + 0.01));
  CHECK(result.stored <= 2 * 4 * capacity);
}

TEST_CASE("with a time to live, and updates that make rows fresh") {
  const auto [capacity, time_to_live, updates] =
      GENERATE(std::tuple{10'000, 2.0, 0.0}, std::tuple{10'000, 4.0, 0.0}, std::tuple{10'000, 2.0, 0.3},
               std::tuple{6000, 0.5, 0.0}, std::tuple{6000, 3.0, 0.0}, std::tuple{9000, 4.0, 0.2},
               std::tuple{3000, 5.0, 0.5});
  Traffic traffic;
  traffic.updates = updates;
  traffic.warmup = 60;
  char what[100];
  std::snprintf(what, sizeof what, "%d of 10,000, %g s to live, %g updates/s", capacity, time_to_live,
                updates);
  check_all_parts(what, compare(traffic, static_cast<std::size_t>(capacity), time_to_live));
}

TEST_CASE("load that doubles halves the eviction age, and leaves the hit ratio") {
  const std::size_t capacity = GENERATE(3000, 7000);
  Traffic traffic;
  traffic.factor = [](double time) { return time < 3 ? 1.0 : 2.0; };
  const Comparison result = compare(traffic, capacity, never);
  const std::string size = std::to_string(capacity) + " of 10,000";
  check_all_parts(size, result);
  const double age = -std::log1p(-static_cast<double>(capacity) / 10'000) / 2;
  CHECK(figure(size + ": eviction age in s, half of Che's", age, result.simulated_age, 0.03 * age));
}

TEST_CASE("load that doubles with a time to live: the hit ratio rises as in a list") {
  Traffic traffic;
  traffic.factor = [](double time) { return time < 3 ? 1.0 : 2.0; };
  const Comparison result = compare(traffic, 8000, 1);
  check_all_parts("8,000 of 10,000, 1 s to live", result);
  CHECK(result.exact[parts - 1] > result.exact[0] + 0.1);
}

TEST_CASE("a few hot users: their rows stay, and the others' are pushed out no sooner than in a list") {
  const auto [capacity, time_to_live] =
      GENERATE(std::tuple{2000, never}, std::tuple{5000, never}, std::tuple{5000, 2.0});
  Traffic traffic;
  traffic.hot_share = 0.6;
  traffic.hot_users = 2000;
  const Comparison result = compare(traffic, static_cast<std::size_t>(capacity), time_to_live);
  check_all_parts(std::to_string(capacity) + " of 10,000, 60 % of the look-ups on 2,000 of 40,000 users",
                  result);
  // All users alike would hit as often as there are rows.
  CHECK(result.simulated_mean() > static_cast<double>(capacity) / 10'000 + 0.2);
  CHECK(figure("  eviction age in s", result.exact_age, result.simulated_age, 0.05 * result.exact_age));
}

TEST_CASE("users who were never looked up flood the cache faster than the boundary was allowed for") {
  // Everybody once in 0.2 s, in turn: ten times the load, and no row twice while it is there.
  const Traffic traffic{.end = 0.2};
  RowCache cache(options_of(traffic, 5000, never));
  tests::ExactCache exact(shards, 5000, never);
  Uses uses(traffic, 1);
  for (Use use = uses.next(false); use.time < 0; use = uses.next(false))
    exact.look_up(use.user, shard_of(use.user), use.time);
  double hits = 0, exact_hits = 0;
  for (std::uint64_t user = 0; user < users; ++user) {
    const double time = 0.2 * static_cast<double>(user) / static_cast<double>(users);
    const sim::Time now = sim::to_time(spec::Seconds{time});
    exact_hits += exact.look_up(user, shard_of(user), time);
    if (cache.look_up(UserId{user}, shard_of(user), now) == Lookup::hit) {
      ++hits;
    } else {
      cache.fill(UserId{user}, shard_of(user), now);
    }
  }
  CHECK(figure("hit ratio of a scan", exact_hits / users, hits / users, tolerance));
}
