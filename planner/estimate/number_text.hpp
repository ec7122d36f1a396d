#pragma once

#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::planner {

// Numbers as the design document writes them, with few digits: 100 billion, 1.157 M/s, 120 PB, 90,000 s, 10
// %.

/// At most `digits` significant ones, thousands separated, no trailing zeros behind the point: 1,500, 0.4.
std::string plain_text(double number, int digits = 4);

/// Whole numbers below a million in full; above with a word: 2 billion.
std::string text_of(double count);
std::string text_of(spec::Bytes size);
std::string text_of(spec::PerSecond rate);
std::string text_of(spec::BytesPerSecond rate);
/// From microseconds to seconds; days and years are what the caller calls so.
std::string text_of(spec::Seconds time);
std::string text_of(spec::Probability share);

/// 1.6 d, 3.2 years; hours below a day.
std::string long_time_text(spec::Seconds time);

}  // namespace chatsim::planner
