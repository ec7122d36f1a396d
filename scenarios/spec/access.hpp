#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// One kind of way between clients and the datacenter.
struct AccessClass {
  Probability share{0};
  double round_trip_factor = 1;
  BytesPerSecond upload{5e6 / 8};
  BytesPerSecond download{20e6 / 8};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("share", &AccessClass::share, probability(), "share of the users; those of all kinds are 1 together");
    visit("round_trip_factor", &AccessClass::round_trip_factor, between(0, 1000),
          "its round trips over those of population.access.round_trip");
    visit("upload", &AccessClass::upload, more_than(BytesPerSecond{0}), "what one client sends at");
    visit("download", &AccessClass::download, more_than(BytesPerSecond{0}), "what one client receives at");
  }
};

/// The networks between clients and their gateways. A user belongs to one kind for good.
struct Access {
  Distribution round_trip = Distribution::lognormal_with_median_and_p99(60e-3, 250e-3);
  AccessClass fixed{.share = Probability{0.4}, .upload = BytesPerSecond{20e6 / 8}, .download = BytesPerSecond{50e6 / 8}};
  AccessClass mobile{.share = Probability{0.5}};
  AccessClass slow{.share = Probability{0.1}, .upload = BytesPerSecond{0.5e6 / 8}, .download = BytesPerSecond{2e6 / 8}};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("round_trip", &Access::round_trip, Samples::durations,
          "between a client and its gateway, by user; median 60 ms and p99 250 ms, assumed");
    visit("fixed", &Access::fixed, Section{}, "users at a fixed line or Wi-Fi; rates assumed");
    visit("mobile", &Access::mobile, Section{}, "users of a mobile network of today; rates assumed");
    visit("slow", &Access::slow, Section{}, "users in regions with slow networks; rates assumed");
  }
};

}  // namespace chatsim::spec
