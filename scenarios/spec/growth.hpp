#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Machines that a store gets, or gives away, while it serves: what moves between machines is copied beside the traffic.
struct Growth {
  int machines = 0;
  Seconds at{0};
  BytesPerSecond bandwidth{10e9};
  int streams = 4;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machines", &Growth::machines, between(-1'000'000, 1'000'000),
          "machines to add; below 0: to take away, those with the highest numbers");
    visit("at", &Growth::at, between(Seconds{0}, Seconds{1e9}), "when the copying begins, after the start");
    visit("bandwidth", &Growth::bandwidth, more_than(BytesPerSecond{0}),
          "of all copies of this store together: they go through one throttle; rebuilding a machine too");
    visit("streams", &Growth::streams, between(1, 1000), "copies under way to one machine at a time");
  }
};

}  // namespace chatsim::spec
