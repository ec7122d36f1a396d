#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// A field of a scenario that a sweep varies, and the values that it takes: a list, or all between two ends.
struct Axis {
  enum class Scale { linear, logarithmic };
  /// Between two numbers with the same unit: "exponential({5ms..20ms})" has the frame "exponential(" and ")".
  struct Range {
    double low = 0, high = 0;
    std::string unit;
    Scale scale = Scale::linear;
    bool whole = false;  ///< Only whole numbers.
    std::string before, after;
  };

  std::string path;
  std::vector<std::string> values;  ///< Of a list; of a range with a number of steps, these.
  std::optional<Range> range;

  /// The value at a part of the axis, `part` in [0, 1): of a list, each value has an equal part.
  std::string at(double part) const;
};

/// "services.messaging.machines=4,8,16", "population.load_factor=0.5..2:7" (so many steps, ends included), "...=4..64:5:log"
/// (in equal ratios), "stores.message.write_time=exponential({5ms..20ms:4})"; without a number of steps a range is for designs
/// that fill a space. \returns nothing and sets `error`, one line with a remedy, where the text makes no sense, the scenario has no
/// such field, or the field does not take a value.
std::optional<Axis> parse_axis(std::string_view text, const spec::Scenario& scenario, std::string& error);

}  // namespace chatsim::planner
