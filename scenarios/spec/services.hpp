#pragma once

#include "scenarios/spec/autoscaler.hpp"
#include "scenarios/spec/blob.hpp"
#include "scenarios/spec/gateway.hpp"
#include "scenarios/spec/tier.hpp"

namespace chatsim::spec {

/// Takes a message from the sender, stores it and sees to its delivery.
struct Messaging : Tier {
  Messaging() : Tier{.machines = 400} {}
  Autoscaler autoscaler;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    balancing_field(visit);
    visit("autoscaler", &Messaging::autoscaler, Section{}, "machines that come and go with the load");
  }
};

/// How the members of a group are served.
enum class Fanout { each, batched };

template <>
struct EnumNames<Fanout> {
  static constexpr std::array<std::string_view, 2> names{"each", "batched"};
};

/// Turns one message to a group into one conversation for each member.
struct Group : Tier {
  Group() : Tier{.machines = 200} {}
  Autoscaler autoscaler;
  int fanout_parallelism = 32;
  Fanout fanout = Fanout::each;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    balancing_field(visit);
    visit("fanout_parallelism", &Group::fanout_parallelism, between(1, 1'000'000),
          "members of one message that are served at the same time; the others wait");
    visit("fanout", &Group::fanout, Choice{},
          "what a member's message is: each, a request of its own to messaging; batched, one request for all members on "
          "the same gateway, and one push");
    visit("autoscaler", &Group::autoscaler, Section{}, "machines that come and go with the load");
  }
};

/// Knows the gateway of every user; a cache in front of the profile store.
struct Profile : Tier {
  Profile()
      : Tier{.machines = 300,
             .threads = 40,
             .service_time = Distribution::exponential(Seconds{2e-3}),
             .cpu_share = Probability{0.1}} {}
  static constexpr int virtual_nodes = 128;  ///< Points of a machine on the ring of shards.
  Bytes cache_per_machine{64e9};
  Bytes row{164};
  Seconds time_to_live{86400};
  Seconds lease{10e-3};
  Seconds last_seen_time{50e-6};
  int rows_per_write = 100;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("cache_per_machine", &Profile::cache_per_machine, at_least(Bytes{0}),
          "memory of one machine for cached rows");
    visit("row", &Profile::row, more_than(Bytes{0}),
          "size of a cached row: 8+100+40+8+8 bytes in the design document");
    visit("time_to_live", &Profile::time_to_live, between(Seconds{1e-3}, Seconds{3.2e8}),
          "a cached row is read anew after this time; assumed");
    visit("lease", &Profile::lease, between(Seconds{1e-6}, Seconds{60}),
          "who misses a row that somebody else is reading already waits this long and asks again (single flight)");
    visit("last_seen_time", &Profile::last_seen_time, between(Seconds{0}, Seconds{1}),
          "time that writing one user's last seen holds a thread of the cache, many in one request; assumed");
    visit("rows_per_write", &Profile::rows_per_write, between(1, 1'000'000),
          "changed rows that the cache writes to the profile store in one request; assumed");
  }
};

struct Services {
  Gateway gateway;
  Messaging messaging;
  Group group;
  Profile profile;
  Blob blob;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("gateway", &Services::gateway, Section{}, "holds the websockets of connected users");
    visit("messaging", &Services::messaging, Section{}, "stores messages and sees to their delivery");
    visit("group", &Services::group, Section{}, "fans a message to a group out to its members");
    visit("profile", &Services::profile, Section{},
          "knows the gateway of every user; a cache before the profile store");
    visit("blob", &Services::blob, Section{}, "keeps pictures and videos");
  }
};

}  // namespace chatsim::spec
