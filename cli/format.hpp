#pragma once

#include <cstdint>
#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::cli {

/// Numbers as people read them: few significant digits, a decimal prefix, the unit. The exact values are in
/// the JSON output.

/// 1.157 M/s, 886 MB/s, 12.3 ms
std::string format_rate(spec::PerSecond rate);
std::string format_bytes(spec::Bytes size);
std::string format_bytes_per_second(spec::BytesPerSecond rate);

/// From nanoseconds to seconds with three digits; above a minute as 2 min 5 s, 1 h 30 min.
std::string format_duration(spec::Seconds duration);

/// Exact up to a million, with thousands separated (57,300); then 3.471 M.
std::string format_count(std::uint64_t count);

/// An exact signed number, thousands separated.
std::string format_integer(std::int64_t number);

/// A plain number with `digits` significant digits and no exponent, trailing zeros dropped: 2.1, 0.00047.
std::string format_number(double number, int digits = 3);

/// A fraction as a percentage: 0.316 is 31.6 %. Never rounded up to 100 % nor down to 0 %.
std::string format_percent(double fraction);

/// Three decimals, as utilisations are compared: 0.578, 1.157.
std::string format_utilisation(double utilisation);

}  // namespace chatsim::cli
