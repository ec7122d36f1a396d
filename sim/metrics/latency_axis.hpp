#pragma once

#include <bit>
#include <boost/histogram/axis/option.hpp>
#include <cstdint>

namespace chatsim::sim {

/// An axis of Boost.Histogram over nanoseconds, from 512 ns to 2^50 ns (13 days: messages wait
/// for their recipient's next login), with under- and overflow.
/// Each octave is divided into 128 bins of equal width (HdrHistogram's layout), so a bin is 0.4 % to 0.8 % of
/// its values wide. The index comes from the bits of the integer; boost's own logarithmic axis takes a
/// std::log each time.
class LatencyAxis {
 public:
  static constexpr int sub_bits = 7;
  static constexpr int first_octave = 9;
  static constexpr int last_octave = 49;
  static constexpr int bins_per_octave = 1 << sub_bits;
  static constexpr int bins = (last_octave - first_octave + 1) * bins_per_octave;

  static constexpr unsigned options() {
    using namespace boost::histogram::axis::option;
    return underflow_t::value | overflow_t::value;
  }
  static constexpr int size() { return bins; }

  /// -1 is the underflow, size() the overflow.
  static constexpr int index(std::int64_t nanoseconds) {
    if (nanoseconds < lower(0)) return -1;
    if (nanoseconds >= lower(bins)) return bins;
    const int octave = std::bit_width(static_cast<std::uint64_t>(nanoseconds)) - 1;
    const int sub = static_cast<int>(nanoseconds >> (octave - sub_bits)) - bins_per_octave;
    return (octave - first_octave) * bins_per_octave + sub;
  }
  /// The smallest value of bin i; the bin ends where the next one starts.
  static constexpr std::int64_t lower(int i) {
    const int octave = first_octave + i / bins_per_octave;
    return static_cast<std::int64_t>(bins_per_octave + i % bins_per_octave) << (octave - sub_bits);
  }

  /// What Boost.Histogram calls lower().
  static constexpr std::int64_t value(int i) { return lower(i); }

  constexpr bool operator==(const LatencyAxis&) const { return true; }
  constexpr bool operator!=(const LatencyAxis&) const { return false; }
};

}  // namespace chatsim::sim
