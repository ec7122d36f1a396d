#include "planner/experiment/after.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using planner::after;

namespace {

/// Four windows of a second and half a one; the instant of 2 s is an end, as doubles add up.
spec::TimeSeries series() {
  return {.time_s = {1, 2 + 1e-12, 3, 4, 4.5},
          .offered_per_s = {10, 10, 20, 20, 60},
          .acknowledged_per_s = {10, 10, 5, 5, 5},
          .delivered_per_s = {1, 1, 1, 1, 1},
          .failed_per_s = {0, 0, 0, 5, 0},
          .send_to_ack_p99_ms = {9, 9, 3, 5, 4},
          .send_to_deliver_p99_ms = {9, 9, 0, 6, 4}};
}

}  // namespace

TEST_CASE("figures from an instant on are those of the windows that begin then or later") {
  const planner::After found = after(series(), spec::Seconds{2});
  CHECK(found.windows == 3);
  CHECK(found.seconds == Approx(2.5));
  CHECK(found.offered_per_s == Approx((20 + 20 + 0.5 * 60) / 2.5));
  CHECK(found.acknowledged_per_s == Approx(5));
  CHECK(found.failed_per_s == Approx(5 / 2.5));
  CHECK(found.send_to_ack_p99.median_ms == 4);
  CHECK(found.send_to_ack_p99.max_ms == 5);
  // A window in which nothing arrived has no percentile.
  CHECK(found.send_to_deliver_p99.median_ms == 5);
  CHECK(found.send_to_deliver_p99.max_ms == 6);
}

TEST_CASE("a window that the instant parts belongs to neither side") {
  CHECK(after(series(), spec::Seconds{2.5}).windows == 2);
  CHECK(after(series(), spec::Seconds{0}).windows == 5);
  CHECK(after(series(), spec::Seconds{4.2}).windows == 0);
  CHECK(after({}, spec::Seconds{1}).windows == 0);
}
