#pragma once

#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {

// The general forms behind an estimate, as the design document has them ("Storage formulas"). All are before
// replication.

/// a x b: so many rows of this size.
constexpr spec::Bytes storage_of_rows(double rows, spec::Bytes row) { return spec::bytes_of_rows(rows, row); }

/// c x b x seconds: rows that come at this rate, each kept, after a time.
constexpr spec::Bytes storage_of_stream(spec::PerSecond inserts, spec::Bytes row, spec::Seconds elapsed) {
  return spec::bytes_kept(inserts, row, elapsed);
}

/// c x b x time to live: the same when each row is dropped after its time to live. It is reached after that
/// time.
constexpr spec::Bytes storage_with_time_to_live(spec::PerSecond inserts, spec::Bytes row,
                                                spec::Seconds time_to_live, spec::Seconds elapsed) {
  return storage_of_stream(inserts, row, elapsed < time_to_live ? elapsed : time_to_live);
}

/// \param copies need not be whole: Reed-Solomon's 6 + 3 fragments are 1.5.
constexpr spec::Bytes replicated(spec::Bytes stored, double copies) { return stored * copies; }

/// The memory of a cache before a store.
struct CacheSize {
  spec::Bytes low;
  spec::Bytes high;
};

/// "With cache, assume 20-30% of storage."
inline constexpr spec::Probability cache_share_low{0.2};
inline constexpr spec::Probability cache_share_high{0.3};

constexpr CacheSize cache_of(spec::Bytes stored) {
  return {stored * cache_share_low, stored * cache_share_high};
}

/// Machines and disks come whole: the next larger number, where not a rounding error of the division alone is
/// above the whole one.
inline double whole(double count) { return std::ceil(count * (1 - 1e-12)); }

}  // namespace chatsim::planner
