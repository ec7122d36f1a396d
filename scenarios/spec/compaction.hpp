#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Whether a store's background work on its disks is simulated.
enum class CompactionPolicy { none, leveled };

template <>
struct EnumNames<CompactionPolicy> {
  static constexpr std::array<std::string_view, 2> names{"none", "leveled"};
};

/// What a log-structured merge tree (O'Neil et al., 1996) does to the disks of a machine besides serving requests: what is
/// written gathers in memory until it is flushed, and is merged with what lies there level by level. Requests have the
/// disks first, and wait for one chunk at most.
struct Compaction {
  CompactionPolicy policy = CompactionPolicy::none;
  double write_amplification = 10;
  Bytes flush{64e6};
  Bytes chunk{1e6};
  std::optional<BytesPerSecond> throttle = {};
  BytesPerSecond disk_bandwidth{2e9};
  Seconds disk_access_time{0.1e-3};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("policy", &Compaction::policy, Choice{},
          "none: the disks have nothing to do but what is in read_time and write_time; leveled: they are flushed to and "
          "compacted too, and requests wait for that");
    visit("write_amplification", &Compaction::write_amplification, between(1, 1000),
          "bytes that disks move for each byte of a row, in the log, the flush and all compactions together; 10 is assumed, "
          "as of a leveled tree");
    visit("flush", &Compaction::flush, more_than(Bytes{0}),
          "bytes of rows that one machine gathers in memory before it begins to move them");
    visit("chunk", &Compaction::chunk, more_than(Bytes{0}), "moved in one access, for which a request may have to wait");
    visit("throttle", &Compaction::throttle, more_than(BytesPerSecond{0}),
          "that one machine moves at most; none: as fast as one disk can");
    visit("disk_bandwidth", &Compaction::disk_bandwidth, more_than(BytesPerSecond{0}), "of one disk, reading and writing");
    visit("disk_access_time", &Compaction::disk_access_time, at_least(Seconds{0}), "before the first byte of an access");
  }
};

/// What one machine moves at most: one chunk at a time, so that all of its disks are no faster than one.
inline BytesPerSecond fastest(const Compaction& compaction) {
  const BytesPerSecond by_disk =
      compaction.chunk / (compaction.disk_access_time + compaction.chunk / compaction.disk_bandwidth);
  return compaction.throttle ? std::min(by_disk, *compaction.throttle) : by_disk;
}

}  // namespace chatsim::spec
