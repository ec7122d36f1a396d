#include "planner/sweep/design.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/figure.hpp"

using namespace chatsim;
using planner::Design;

namespace {

std::vector<planner::Axis> axes_of(const std::vector<std::string>& texts) {
  std::vector<planner::Axis> axes;
  std::string error;
  for (const std::string& text : texts) axes.push_back(*planner::parse_axis(text, {}, error));
  return axes;
}

/// The largest gap between the share of points in a box [0, a) x [0, b) and its area, over the points' own corners.
double star_discrepancy(const std::vector<planner::Point>& points) {
  double worst = 0;
  for (const auto& corner : points) {
    const double a = std::stod(corner[0]), b = std::stod(corner[1]);
    double within = 0;
    for (const auto& point : points) within += std::stod(point[0]) < a && std::stod(point[1]) < b;
    worst = std::max(worst, std::abs(within / static_cast<double>(points.size()) - a * b));
  }
  return worst;
}

}  // namespace

TEST_CASE("A grid has every combination, the last axis changing fastest") {
  const auto axes = axes_of({"services.messaging.machines=4,8", "population.load_factor=1,2,3"});
  const auto points = points_of(axes, Design::grid, 0, 1);
  REQUIRE(points.size() == 6);
  CHECK(points[0] == planner::Point{"4", "1"});
  CHECK(points[1] == planner::Point{"4", "2"});
  CHECK(points[5] == planner::Point{"8", "3"});
  CHECK(planner::grid_size(axes) == 6);
  CHECK_THROWS_AS(points_of(axes_of({"population.load_factor=1..2"}), Design::grid, 0, 1), std::invalid_argument);
}

TEST_CASE("A Latin hypercube meets each part of each axis once") {
  const auto axes = axes_of({"population.load_factor=0..100", "services.messaging.machines=1..100"});
  const auto points = points_of(axes, Design::latin_hypercube, 100, 7);
  std::set<int> parts;
  for (const auto& point : points) parts.insert(static_cast<int>(std::stod(point[0])));
  CHECK(parts.size() == 100);
  CHECK(points == points_of(axes, Design::latin_hypercube, 100, 7));
  CHECK(points != points_of(axes, Design::latin_hypercube, 100, 8));
}

TEST_CASE("A Sobol sequence fills the space evenly, and goes on where it ended") {
  const auto axes = axes_of({"population.load_factor=0..1", "population.online=0..1"});
  const auto points = points_of(axes, Design::sobol, 256, 1);
  const auto random = points_of(axes, Design::latin_hypercube, 256, 1);
  CHECK(tests::figure("star discrepancy of 256 points of Sobol, below 0.02", 0.01, star_discrepancy(points), 0.01));
  CHECK(star_discrepancy(points) < star_discrepancy(random));
  const auto fewer = points_of(axes, Design::sobol, 100, 1);
  CHECK(std::equal(fewer.begin(), fewer.end(), points.begin()));
}

TEST_CASE("Designs have names") {
  for (const char* name : {"grid", "lhs", "sobol"}) CHECK(planner::name_of(*planner::find_design(name)) == std::string(name));
  CHECK_FALSE(planner::find_design("random"));
}
