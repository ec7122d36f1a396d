#include "models/profile/row_history.hpp"

#include <cmath>

#include "tests/models/figures.hpp"

using namespace chatsim;
using models::RowHistory;
using models::RowUses;
using tests::figure;

namespace {

constexpr int rows = 400'000;

struct Shares {
  double there = 0, fresh = 0, hit = 0, mean_age = 0;
};

Shares shares_of(const RowUses& uses, double eviction_age) {
  const RowHistory history(uses, spec::Seconds{eviction_age});
  Shares shares;
  for (std::uint64_t row = 0; row < rows; ++row) {
    const RowHistory::Times last = history.last(sim::Draw({3}, 9, row));
    if (last.used.value() > 0 || last.loaded > last.used) FAIL("row " << row << " has a future");
    const bool there = -last.used.value() < eviction_age, fresh = -last.loaded < uses.time_to_live;
    shares.there += there / double{rows};
    shares.fresh += fresh / double{rows};
    shares.hit += (there && fresh) / double{rows};
    if (fresh) shares.mean_age -= last.loaded.value();
  }
  shares.mean_age /= shares.fresh * rows;
  return shares;
}

}  // namespace

TEST_CASE(
    "nothing is dropped: fresh with probability l d / (1 + l d), of an age uniform up to the time to live") {
  const double time_to_live = GENERATE(0.1, 1.0, 30.0);
  const Shares found = shares_of(
      {.look_ups = spec::PerSecond{2}, .updates = {}, .time_to_live = spec::Seconds{time_to_live}}, INFINITY);
  const double expected = 2 * time_to_live / (1 + 2 * time_to_live);
  CHECK(found.there == Approx(1));
  CHECK(figure("fresh: l d / (1 + l d)", expected, found.fresh, 0.003));
  CHECK(figure("mean age of the fresh: d / 2", time_to_live / 2, found.mean_age, 0.01 * time_to_live));
}

TEST_CASE("no time to live: there with probability 1 - exp(-l T)") {
  const double age = GENERATE(0.01, 0.7, 4.0, 50.0);
  const RowUses uses{.look_ups = spec::PerSecond{1}, .updates = {}, .time_to_live = spec::Seconds{INFINITY}};
  const Shares found = shares_of(uses, age);
  CHECK(figure("there: 1 - exp(-T)", -std::expm1(-age), found.there, 0.003));
  CHECK(
      figure("found by formula", -std::expm1(-age), RowHistory(uses, spec::Seconds{age}).hit_ratio(), 1e-6));
}

TEST_CASE("updates: not fresh is who was last updated too long ago, and last loaded too long ago") {
  // Updates alone, at rate u: the last one was longer ago than d with probability exp(-u d).
  const RowUses written{
      .look_ups = spec::PerSecond{1e-9}, .updates = spec::PerSecond{1}, .time_to_live = spec::Seconds{1.5}};
  CHECK(figure("fresh by updates alone: 1 - exp(-u d)", -std::expm1(-1.5), shares_of(written, INFINITY).fresh,
               0.003));
}

TEST_CASE("the share of rows that are found is the share of look-ups that hit") {
  // Look-ups come at any time, whatever the state (PASTA; Wolff, 1982): both count the same.
  const auto [age, time_to_live, updates] =
      GENERATE(std::tuple{1.0, 0.5, 0.0}, std::tuple{1.0, 1.0, 0.0}, std::tuple{0.5, 3.0, 0.0},
               std::tuple{2.0, 3.0, 0.4}, std::tuple{2.0, 1.0, 0.4}, std::tuple{INFINITY, 3.0, 0.4});
  const RowUses uses{.look_ups = spec::PerSecond{1},
                     .updates = spec::PerSecond{updates},
                     .time_to_live = spec::Seconds{time_to_live}};
  char what[100];
  std::snprintf(what, sizeof what, "T %g, d %g, u %g", double{age}, time_to_live, updates);
  CHECK(figure(what, shares_of(uses, age).hit, RowHistory(uses, spec::Seconds{age}).hit_ratio(), 0.003));
}

TEST_CASE("rows that nobody looks up were loaded when they were used") {
  const Shares found =
      shares_of({.look_ups = {}, .updates = spec::PerSecond{1}, .time_to_live = spec::Seconds{1}}, 1);
  CHECK(figure("1 - exp(-1)", -std::expm1(-1), found.hit, 0.003));
}
