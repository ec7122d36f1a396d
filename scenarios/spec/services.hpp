#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Machines that serve requests. A request holds a worker thread for its whole service time and a core for
/// the cpu_share of it; both are limits.
struct Tier {
  int machines = 1;
  int threads = 100;
  int cores = 32;
  int queue_limit = 10000;
  Distribution service_time = Distribution::exponential(Seconds{1e-3});
  Probability cpu_share{1};

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
  }
};

/// Holds the websockets of connected users.
struct Gateway : Tier {
  Gateway() : Tier{.machines = 40000, .threads = 50} {}
  int connections_per_machine = 50000;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("connections_per_machine", &Gateway::connections_per_machine, between(1, 100'000'000),
          "websockets that one machine holds at most: 50 threads x 1,000 in the design document");
  }
};

/// Takes a message from the sender, stores it and sees to its delivery.
struct Messaging : Tier {
  Messaging() : Tier{.machines = 400} {}
};

/// Turns one message to a group into one conversation for each member.
struct Group : Tier {
  Group() : Tier{.machines = 200} {}
  int fanout_parallelism = 32;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("fanout_parallelism", &Group::fanout_parallelism, between(1, 1'000'000),
          "members of one message that are served at the same time; the others wait");
  }
};

/// Knows the gateway of every user; a cache in front of the profile store.
struct Profile : Tier {
  Profile()
      : Tier{.machines = 300,
             .threads = 40,
             .service_time = Distribution::exponential(Seconds{2e-3}),
             .cpu_share = Probability{0.1}} {}
  Bytes cache_per_machine{64e9};
  Bytes row{164};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("cache_per_machine", &Profile::cache_per_machine, at_least(Bytes{0}),
          "memory of one machine for cached rows");
    visit("row", &Profile::row, more_than(Bytes{0}),
          "size of a cached row: 8+100+40+8+8 bytes in the design document");
  }
};

struct Services {
  Gateway gateway;
  Messaging messaging;
  Group group;
  Profile profile;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("gateway", &Services::gateway, Section{}, "holds the websockets of connected users");
    visit("messaging", &Services::messaging, Section{}, "stores messages and sees to their delivery");
    visit("group", &Services::group, Section{}, "fans a message to a group out to its members");
    visit("profile", &Services::profile, Section{},
          "knows the gateway of every user; a cache before the profile store");
  }
};

}  // namespace chatsim::spec
