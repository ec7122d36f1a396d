#include "planner/gate/differences.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using Run = planner::StoredExperiment::Run;

namespace {

std::vector<Run> runs_of(planner::Seed first, const std::vector<double>& values) {
  std::vector<Run> runs;
  for (const double value : values) runs.push_back({first++, {{"x", value}}});
  return runs;
}

}  // namespace

TEST_CASE("Runs of the same seeds are compared in pairs") {
  const auto before = runs_of(1, {10, 20, 30}), now = runs_of(1, {11, 21, 31});
  const auto difference = planner::find_difference("x", before, now);
  REQUIRE(difference);
  CHECK(difference->paired);
  CHECK(difference->interval->mean == 1);
  CHECK(difference->interval->half_width == 0);
  CHECK(difference->is_certain());
  CHECK(difference->change() == Approx(0.05));
}

TEST_CASE("Only seeds that both have make a pair, and one pair is none") {
  const auto before = runs_of(1, {10, 20, 30});
  CHECK(planner::find_difference("x", before, runs_of(2, {21, 31, 41}))->before == 25);
  const auto apart = planner::find_difference("x", before, runs_of(3, {31, 41, 51}));
  CHECK_FALSE(apart->paired);
  CHECK(apart->before == 20);
  CHECK_FALSE(apart->is_certain());
}

TEST_CASE("One run beside one has a difference and no interval") {
  const auto difference = planner::find_difference("x", runs_of(1, {10}), runs_of(1, {12}));
  CHECK(difference->change() == Approx(0.2));
  CHECK_FALSE(difference->interval);
  CHECK_FALSE(difference->is_certain());
}

TEST_CASE("What only one side has is no difference") {
  CHECK_FALSE(planner::find_difference("y", runs_of(1, {10}), runs_of(1, {12})));
  CHECK_FALSE(planner::find_difference("x", runs_of(1, {0}), runs_of(1, {12}))->change());
  planner::StoredExperiment before, now;
  before.runs = {{1, {{"x", 1.0}, {"y", 2.0}}}};
  now.runs = {{1, {{"x", 1.5}, {"z", 2.0}}}};
  const auto all = planner::differences(before, now);
  REQUIRE(all.size() == 1);
  CHECK(all[0].metric == "x");
}
