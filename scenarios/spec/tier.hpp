#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"
#include "scenarios/spec/shedding.hpp"

namespace chatsim::spec {

/// Who of a tier gets the next request.
enum class Balancing { round_robin, random, least_outstanding, power_of_two };

template <>
struct EnumNames<Balancing> {
  static constexpr std::array<std::string_view, 4> names{"round_robin", "random", "least_outstanding", "power_of_two"};
};

/// Machines that serve requests. A request holds a worker thread for its whole service time and a core for
/// the cpu_share of it; both are limits.
struct Tier {
  int machines = 1;
  int threads = 100;
  int cores = 32;
  int queue_limit = 10000;
  Distribution service_time = Distribution::exponential(Seconds{1e-3});
  Probability cpu_share{1};
  Balancing balancing = Balancing::round_robin;
  Shedding shedding = Shedding::none;
  Codel codel = {};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machines", &Tier::machines, between(1, 10'000'000), "machines in this tier; each takes one host");
    visit("threads", &Tier::threads, between(1, 1'000'000), "worker threads of one machine");
    visit("cores", &Tier::cores, between(1, 10'000), "cores of one machine");
    visit("queue_limit", &Tier::queue_limit, between(0, 1'000'000'000),
          "requests that wait in one machine at most; more are rejected and counted");
    visit("service_time", &Tier::service_time, Samples::durations,
          "time that one request holds a thread, waiting excluded; 1 ms for application logic, 2 ms for a "
          "cache in the "
          "design document");
    visit("cpu_share", &Tier::cpu_share, probability(), "part of the service time that holds a core too");
    shedding_fields<Tier>(visit);
  }

  /// Of tiers whose machines can all serve any request; who uses others has no choice.
  template <class Visitor>
  static void balancing_field(Visitor&& visit) {
    visit("balancing", &Tier::balancing, Choice{},
          "who gets the next request, of those that are believed to be up: round_robin, as in the design document; "
          "random; least_outstanding, the one with the fewest requests waiting or served, of all machines; power_of_two, "
          "the one with fewer of two at random");
  }
};

}  // namespace chatsim::spec
