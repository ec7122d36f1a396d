#pragma once

#include <string>

#include "scenarios/spec/interval.hpp"

namespace chatsim::cli {

/// The half-width of a number's interval, in the unit that its figure is shown in: of "32.9 ms" it is
/// "+- 0.81". The figure may show the number in any unit that is a multiple of the interval's: a rate of a count, say.
/// Of a figure with two units, "2 min 5 s", it is a part: "+- 3.1 %". Empty where nothing varies.
std::string half_width_text(const std::string& figure, const spec::Interval& interval);

}  // namespace chatsim::cli
