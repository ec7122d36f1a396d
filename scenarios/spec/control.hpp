#pragma once

#include "scenarios/spec/field.hpp"
#include "scenarios/spec/tier.hpp"

namespace chatsim::spec {

/// How it becomes known that a machine is up or down.
enum class Detection { heartbeat, instant };

template <>
struct EnumNames<Detection> {
  static constexpr std::array<std::string_view, 2> names{"heartbeat", "instant"};
};

/// The replicated service that keeps the list of who is up: a change is made when a majority of its machines has written
/// it down.
struct Coordination : Tier {
  Coordination() : Tier{.machines = 3, .threads = 8, .cores = 8, .service_time = Distribution::exponential(Seconds{1e-3})} {}
  Seconds election_timeout{1};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    // A call has room for one leg to each of them, and nobody runs more.
    visit("machines", &Coordination::machines, between(1, 31),
          "machines that keep the list, each on one host; a majority of them has to be up and connected for a change");
    visit("threads", &Coordination::threads, between(1, 1'000'000), "worker threads of one machine");
    visit("cores", &Coordination::cores, between(1, 10'000), "cores of one machine");
    visit("queue_limit", &Coordination::queue_limit, between(0, 1'000'000'000),
          "requests that wait in one machine at most; more are rejected and counted");
    visit("service_time", &Coordination::service_time, Samples::durations,
          "time that writing down a change, or voting, holds a thread of one machine; assumed");
    visit("cpu_share", &Coordination::cpu_share, probability(), "part of the service time that holds a core too");
    shedding_fields<Tier>(visit);
    visit("election_timeout", &Coordination::election_timeout, between(1_ms, 1_d),
          "time without a leader after which another one is elected, and after which what was not written by a majority "
          "is tried again; assumed");
  }
};

/// Who is up, and how everybody comes to know it.
struct Control {
  Detection detection = Detection::heartbeat;
  Seconds heartbeat_every{1};
  Seconds suspect_after{3};
  Probability heartbeat_loss{0};
  Seconds refresh_every{1};
  Coordination coordination;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("detection", &Control::detection, Choice{},
          "how it becomes known that a machine is up or down: heartbeat, by what it sends and others read; instant, "
          "everybody knows at once");
    visit("heartbeat_every", &Control::heartbeat_every, between(1_ms, 1_d),
          "each machine tells the coordination service so often that it is up; assumed");
    visit("suspect_after", &Control::suspect_after, between(1_ms, 1_d),
          "a machine that was not heard of for longer is taken for down, until it is heard of again; assumed");
    visit("heartbeat_loss", &Control::heartbeat_loss, between(0, 0.9),
          "probability that one heartbeat is lost or comes too late; several in a row make a healthy machine suspect");
    visit("refresh_every", &Control::refresh_every, between(1_ms, 1_d),
          "each machine reads the list of who is up so often, and chooses servers by what it read; assumed");
    visit("coordination", &Control::coordination, Section{}, "the replicated service that keeps the list of who is up");
  }
};

}  // namespace chatsim::spec
