#include "models/profile/row_cache.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "tests/models/figures.hpp"

using namespace chatsim;
using models::Lookup;
using models::RowCache;
using models::UserId;
using tests::figure;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

sim::Time at(double seconds) { return sim::to_time(spec::Seconds{seconds}); }

RowCache::Options options_of(double users, double capacity, double uses_per_s, double time_to_live,
                             double end) {
  return {.random = {11},
          .stream = 9,
          .rows = {users},
          .capacity = capacity,
          .uses = {.look_ups = spec::PerSecond{uses_per_s},
                   .updates = {},
                   .time_to_live = spec::Seconds{time_to_live}},
          .lease = spec::Seconds{0.5},
          .end = spec::Seconds{end}};
}

/// Of a cache that holds nothing at the beginning but what is written to it: all rows are stale.
RowCache::Options cold() { return options_of(1000, 1000, 0, 100, 1000); }

}  // namespace

TEST_CASE("single flight: of many who look up a row at once one reads it, and the others wait") {
  RowCache cache(cold());
  CHECK(cache.look_up(UserId{7}, 0, at(1)) == Lookup::miss);
  for (int i = 0; i < 99; ++i) CHECK(cache.look_up(UserId{7}, 0, at(1 + i * 1e-3)) == Lookup::wait);
  CHECK(cache.look_up(UserId{8}, 0, at(1.1)) == Lookup::miss);  // Another row is another lease.
  cache.fill(UserId{7}, 0, at(1.2));
  for (int i = 0; i < 50; ++i) CHECK(cache.look_up(UserId{7}, 0, at(1.2)) == Lookup::hit);
  CHECK(cache.counts().misses == 2);
  CHECK(cache.counts().waits == 99);
  CHECK(cache.counts().hits == 50);
  CHECK(figure("hit ratio: 50 of 151, a wait is no hit", 50.0 / 151, cache.counts().hit_ratio(), 1e-12));
  cache.begin_measuring();
  CHECK(cache.counts().hits + cache.counts().misses + cache.counts().waits == 0);
  CHECK(cache.counts().hit_ratio() == 0);
}

TEST_CASE("a lease that ran out goes to the next who misses the row; who was late fills it all the same") {
  RowCache cache(cold());
  CHECK(cache.look_up(UserId{7}, 0, at(1)) == Lookup::miss);
  CHECK(cache.look_up(UserId{7}, 0, at(1.499)) == Lookup::wait);
  CHECK(cache.look_up(UserId{7}, 0, at(1.5)) == Lookup::miss);
  CHECK(cache.look_up(UserId{7}, 0, at(1.9)) == Lookup::wait);
  cache.fill(UserId{7}, 0, at(1.95));
  CHECK(cache.look_up(UserId{7}, 0, at(1.96)) == Lookup::hit);
}

TEST_CASE("a row lives from its load for its time, however often it is used; an update makes it fresh") {
  RowCache cache(cold());
  cache.fill(UserId{7}, 0, at(10));
  cache.fill(UserId{8}, 0, at(10));
  CHECK(cache.look_up(UserId{7}, 0, at(109)) == Lookup::hit);
  cache.update(UserId{8}, 0, at(109));
  CHECK(cache.look_up(UserId{7}, 0, at(110)) == Lookup::miss);
  CHECK(cache.look_up(UserId{8}, 0, at(208)) == Lookup::hit);
  CHECK(cache.look_up(UserId{8}, 0, at(209.1)) == Lookup::miss);
}

TEST_CASE("an update ends the lease") {
  RowCache cache(cold());
  CHECK(cache.look_up(UserId{7}, 0, at(1)) == Lookup::miss);
  cache.update(UserId{7}, 0, at(1.1));
  CHECK(cache.look_up(UserId{7}, 0, at(1.1)) == Lookup::hit);
}

TEST_CASE("a shard that restarts is empty, and fills up again before it drops anything") {
  const double capacity = GENERATE(1000.0, 400.0);
  RowCache::Options options = options_of(1000, capacity, 1e-3, infinite, 10);
  options.rows = {1000, 1000};
  RowCache cache(options);
  std::uint64_t hits = 0, hits_of_other = 0;
  for (std::uint64_t user = 0; user < 1000; ++user)
    hits += cache.look_up(UserId{user}, 0, at(1)) == Lookup::hit;
  CHECK(figure("hits before", capacity, static_cast<double>(hits),
               3 * std::sqrt(capacity * (1000 - capacity) / 1000)));
  cache.restart(0, at(2));
  for (std::uint64_t user = 0; user < 400; ++user) {
    if (cache.look_up(UserId{user}, 0, at(2)) == Lookup::hit) FAIL("user " << user << " survived");
    cache.fill(UserId{user}, 0, at(2 + 1e-3 * static_cast<double>(user)));
  }
  hits = 0;
  for (std::uint64_t user = 0; user < 400; ++user)
    hits += cache.look_up(UserId{user}, 0, at(3)) == Lookup::hit;
  CHECK(hits == 400);
  for (std::uint64_t user = 0; user < 1000; ++user)
    hits_of_other += cache.look_up(UserId{user}, 1, at(3)) == Lookup::hit;
  CHECK(figure("hits of the other shard", capacity, static_cast<double>(hits_of_other),
               3 * std::sqrt(capacity * (1000 - capacity) / 1000)));
  CHECK(figure("rows there: 400 and those of the other shard", (400 + capacity) / 2000,
               cache.resident_share(), 1e-12));
}

TEST_CASE("in a cache of two rows the one that was used last stays") {
  RowCache cache(options_of(1000, 2, 1, infinite, 100));
  cache.fill(UserId{1}, 0, at(10));
  cache.fill(UserId{2}, 0, at(20));
  cache.fill(UserId{3}, 0, at(30));
  CHECK(cache.look_up(UserId{2}, 0, at(40)) == Lookup::hit);
  cache.fill(UserId{4}, 0, at(50));
  CHECK(cache.look_up(UserId{2}, 0, at(60)) == Lookup::hit);
  CHECK(cache.look_up(UserId{3}, 0, at(60)) == Lookup::miss);
  CHECK(cache.look_up(UserId{4}, 0, at(60)) == Lookup::hit);
  CHECK(cache.look_up(UserId{1}, 0, at(60)) == Lookup::miss);
}

TEST_CASE("a cache without room misses always, one with room for all never") {
  RowCache none(options_of(1000, 0.5, 1, infinite, 10)), all(options_of(1000, 1000, 1, infinite, 10));
  for (std::uint64_t user = 0; user < 1000; ++user) {
    CHECK(none.look_up(UserId{user}, 0, at(1)) == Lookup::miss);
    none.fill(UserId{user}, 0, at(1));
    CHECK(none.look_up(UserId{user}, 0, at(1)) == Lookup::miss);
    CHECK(all.look_up(UserId{user}, 0, at(1)) == Lookup::hit);
    all.update(UserId{user}, 0, at(1));
  }
  CHECK(none.stored() == 0);
  CHECK(all.stored() == 0);
  CHECK(none.resident_share() == 0);
  CHECK(all.resident_share() == 1);
  CHECK(all.eviction_age(at(1)).value() == infinite);
}

TEST_CASE(
    "two billion users: the hit ratio is the formula's within its interval, and next to nothing is stored") {
  struct Case {
    const char* name;
    double capacity, time_to_live;
  };
  const Case the =
      GENERATE(Case{"all fit", 2e9, infinite}, Case{"all fit, a day to live", 2e9, 86'400},
               Case{"half of them fit", 1e9, infinite}, Case{"half of them, 300 s to live", 1e9, 300});
  constexpr double rate = 0.002;  // Of one row, in a second: 4 million look-ups a second.
  constexpr int look_ups = 1'000'000;
  const double end = look_ups / (2e9 * rate);
  RowCache cache(options_of(2e9, the.capacity, rate, the.time_to_live, end));
  std::mt19937_64 random(5);
  for (int i = 0; i < look_ups; ++i) {
    const UserId user{random() % 2'000'000'000};
    const sim::Time now = at(end * i / look_ups);
    if (cache.look_up(user, 0, now) == Lookup::miss) cache.fill(user, 0, now);
  }
  // Che: 1 - exp(-l T) of the rows are there; of those that are never dropped l d / (1 + l d) are fresh.
  double expected = std::min(1.0, the.capacity / 2e9);
  if (the.time_to_live != infinite) {
    expected = the.capacity < 2e9 ? cache.expected_hit_ratio()
                                  : rate * the.time_to_live / (1 + rate * the.time_to_live);
  }
  const double interval = 3 * std::sqrt(expected * (1 - expected) / look_ups) + 1e-9;
  CHECK(figure(the.name, expected, cache.counts().hit_ratio(), interval));
  CHECK(figure("  its formula", expected, cache.expected_hit_ratio(), 1e-9));
  const double missed = (1 - expected) * look_ups;
  std::printf("  stored %zu rows after %.0f misses, %zu bytes\n", cache.stored(), missed, cache.bytes());
  CHECK(static_cast<double>(cache.stored()) <= 1.1 * missed + 100);
}

TEST_CASE("what is stored does not grow with simulated time") {
  struct Case {
    const char* name;
    double capacity, time_to_live;
    double needed;  ///< Rows that are there and were not so at the beginning, at most.
  };
  // 50,000 rows, each used once a second; 1 million look-ups, then 9 million more.
  const Case the =
      GENERATE(Case{"dropped after 0.22 s", 10'000, infinite, 10'000},
               Case{"stale after 0.25 s", 50'000, 0.25, 12'500}, Case{"both", 20'000, 0.1, 20'000});
  constexpr double users = 50'000, end = 200;
  RowCache cache(options_of(users, the.capacity, 1, the.time_to_live, end));
  std::mt19937_64 random(6);
  const auto run = [&](double begin, double until) {
    const auto look_ups = static_cast<int>((until - begin) * users);
    for (int i = 0; i < look_ups; ++i) {
      const UserId user{random() % static_cast<std::uint64_t>(users)};
      const sim::Time now = at(begin + (until - begin) * i / look_ups);
      if (cache.look_up(user, 0, now) == Lookup::miss) cache.fill(user, 0, now);
    }
  };
  run(0, 20);
  const std::size_t early = cache.bytes();
  run(20, end);
  std::printf("%s: %zu rows stored, %zu bytes after a tenth of the run, %zu at its end\n", the.name,
              cache.stored(), early, cache.bytes());
  CHECK(cache.bytes() <= early);
  CHECK(static_cast<double>(cache.stored()) <= 4 * the.needed);
}
