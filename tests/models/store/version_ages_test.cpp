#include "models/store/version_ages.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using models::VersionAges;
using sim::Time;

namespace {

Time at(std::int64_t ns) { return Time{sim::Duration{ns}}; }

}  // namespace

TEST_CASE("few versions: each one's time is known exactly") {
  VersionAges ages;
  for (std::uint64_t version = 1; version <= 1000; ++version) {
    const Time now = at(static_cast<std::int64_t>(version * 1000));
    if (now >= ages.due()) ages.note(version, now);
  }
  for (std::uint64_t version = 1; version <= 1000; ++version) {
    const Time now = at(static_cast<std::int64_t>(version * 1000));
    CHECK(ages.time_of(version) == now);
    CHECK(ages.newest_at(now, 1000) == version);
    CHECK(ages.newest_at(now - sim::Duration{1}, 1000) == version - 1);
  }
  CHECK(ages.newest_at(at(2'000'000), 1000) == 1000);
}

TEST_CASE("many versions: times are right to within 1/8000 of the run, and never too late") {
  VersionAges ages;
  constexpr std::uint64_t last = 1'000'000;
  const auto time_of = [](std::uint64_t version) { return at(static_cast<std::int64_t>(version * 10'000)); };
  for (std::uint64_t version = 1; version <= last; ++version) {
    if (time_of(version) >= ages.due()) ages.note(version, time_of(version));
  }
  const sim::Duration most = time_of(last).time_since_epoch() / 8000;
  for (std::uint64_t version = 1; version <= last; version += 997) {
    const sim::Duration off = time_of(version) - ages.time_of(version);
    CHECK(off >= sim::Duration{});
    CHECK(off <= most);
    const std::uint64_t newest = ages.newest_at(time_of(version), last);
    CHECK(newest <= version);
    CHECK(time_of(version) - time_of(newest) <= most);
  }
  // Writing has stopped: all versions become old, be the last mark as it may.
  CHECK(ages.newest_at(time_of(last) + most, last) == last);
}
