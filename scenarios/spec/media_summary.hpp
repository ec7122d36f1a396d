#pragma once

#include <cstdint>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// The cache of profiles.
struct CacheSummary {
  std::uint64_t hits = 0, misses = 0;
  std::uint64_t waits = 0;         ///< Misses that waited for somebody else's read (single flight).
  double hit_ratio = 0;
  double resident_share = 0;       ///< Of all profiles.
  Seconds eviction_age;            ///< Since the last use of the row that is evicted next; infinite: all fit.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("hits", &CacheSummary::hits);
    visit("misses", &CacheSummary::misses);
    visit("waits", &CacheSummary::waits);
    visit("hit_ratio", &CacheSummary::hit_ratio);
    visit("resident_share", &CacheSummary::resident_share);
    visit("eviction_age_ms", &CacheSummary::eviction_age);
  }
};

/// Pictures and videos.
struct BlobSummary {
  std::uint64_t uploads = 0, downloads = 0, failed = 0;
  std::uint64_t passed_on = 0;      ///< Attachments that were there already: hot objects.
  std::uint64_t cache_hits = 0;     ///< Downloads that read no disk.
  double bytes_up_per_s = 0, bytes_down_per_s = 0;
  double bytes_stored_per_s = 0;    ///< On all disks: copies or fragments.
  double overhead = 1;              ///< Bytes on disks over bytes uploaded.
  double disk_utilisation = 0, disk_utilisation_max = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("uploads", &BlobSummary::uploads);
    visit("downloads", &BlobSummary::downloads);
    visit("failed", &BlobSummary::failed);
    visit("passed_on", &BlobSummary::passed_on);
    visit("cache_hits", &BlobSummary::cache_hits);
    visit("bytes_up_per_s", &BlobSummary::bytes_up_per_s);
    visit("bytes_down_per_s", &BlobSummary::bytes_down_per_s);
    visit("bytes_stored_per_s", &BlobSummary::bytes_stored_per_s);
    visit("overhead", &BlobSummary::overhead);
    visit("disk_utilisation", &BlobSummary::disk_utilisation);
    visit("disk_utilisation_max", &BlobSummary::disk_utilisation_max);
  }
};

}  // namespace chatsim::spec
