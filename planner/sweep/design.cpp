#include "planner/sweep/design.hpp"

#include <algorithm>
#include <array>
#include <boost/random/sobol.hpp>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

namespace chatsim::planner {
namespace {

constexpr std::array<std::pair<std::string_view, Design>, 3> designs{
    {{"grid", Design::grid}, {"lhs", Design::latin_hypercube}, {"sobol", Design::sobol}}};

std::vector<Point> grid(const std::vector<Axis>& axes) {
  const auto count = grid_size(axes);
  if (!count || *count == 0) throw std::invalid_argument("a grid needs values on every axis");
  std::vector<Point> points(*count, Point(axes.size()));
  std::size_t repeat = 1;
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    const std::vector<std::string>& values = axes[axis].values;
    for (std::size_t i = 0; i < points.size(); ++i) points[i][axis] = values[i / repeat % values.size()];
    repeat *= values.size();
  }
  return points;
}

/// A number in [0, 1) that is the same with every library: std's distributions are not.
double unit_number(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

std::vector<Point> latin_hypercube(const std::vector<Axis>& axes, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<Point> points(count, Point(axes.size()));
  std::vector<std::size_t> part(count);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    std::iota(part.begin(), part.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i)
      std::swap(part[i - 1], part[static_cast<std::size_t>(unit_number(engine) * static_cast<double>(i))]);
    for (std::size_t i = 0; i < count; ++i) {
      const double place = (static_cast<double>(part[i]) + unit_number(engine)) / static_cast<double>(count);
      points[i][axis] = axes[axis].at(place);
    }
  }
  return points;
}

std::vector<Point> sobol(const std::vector<Axis>& axes, std::size_t count) {
  boost::random::sobol engine(axes.size());
  std::vector<Point> points(count, Point(axes.size()));
  for (Point& point : points) {
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
      point[axis] = axes[axis].at(static_cast<double>(engine() >> 11) * 0x1p-53);
  }
  return points;
}

}  // namespace

const char* name_of(Design design) {
  for (const auto& [name, one] : designs) {
    if (one == design) return name.data();
  }
  return "";
}

std::optional<Design> find_design(std::string_view name) {
  for (const auto& [text, design] : designs) {
    if (text == name) return design;
  }
  return std::nullopt;
}

std::optional<std::size_t> grid_size(const std::vector<Axis>& axes) {
  std::size_t size = 1;
  for (const Axis& axis : axes) {
    if (!axis.values.empty() && size > std::numeric_limits<std::size_t>::max() / axis.values.size()) return std::nullopt;
    size *= axis.values.size();
  }
  return size;
}

std::vector<Point> points_of(const std::vector<Axis>& axes, Design design, std::size_t count, std::uint64_t seed) {
  switch (design) {
    case Design::latin_hypercube:
      return latin_hypercube(axes, count, seed);
    case Design::sobol:
      return sobol(axes, count);
    case Design::grid:
      break;
  }
  return grid(axes);
}

}  // namespace chatsim::planner
