#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planner/sweep/axis.hpp"

namespace chatsim::planner {

/// How the points of a sweep lie between its axes.
enum class Design {
  grid,             ///< Every combination of values; the last axis changes fastest.
  latin_hypercube,  ///< Each axis in as many equal parts as there are points, each part met once (McKay et al. 1979).
  sobol,            ///< A low-discrepancy sequence: more points go on where fewer ended (Sobol 1967; Joe and Kuo 2008).
};
const char* name_of(Design design);
std::optional<Design> find_design(std::string_view name);

/// A value for each axis.
using Point = std::vector<std::string>;

/// \param count of points, of designs other than the grid. \param seed of what is drawn: of the Latin hypercube.
/// Throws std::invalid_argument where an axis of a grid is a range without steps.
std::vector<Point> points_of(const std::vector<Axis>& axes, Design design, std::size_t count, std::uint64_t seed);

/// How many points a grid has; nothing where it has more than can be counted.
std::optional<std::size_t> grid_size(const std::vector<Axis>& axes);

}  // namespace chatsim::planner
