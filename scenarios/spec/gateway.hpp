#pragma once

#include <optional>

#include "scenarios/spec/tier.hpp"

namespace chatsim::spec {

/// How a gateway reaches its clients.
enum class Transport { websocket, long_polling };

template <>
struct EnumNames<Transport> {
  static constexpr std::array<std::string_view, 2> names{"websocket", "long_polling"};
};

/// A deploy: gateways are drained one after the other, their clients reconnect elsewhere.
struct Drain {
  Probability gateways{0};
  Seconds begin{0};
  Seconds over{30};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("gateways", &Drain::gateways, probability(), "share of the gateways that is drained; 0 is no deploy");
    visit("begin", &Drain::begin, between(0_s, 365_d), "simulated time when the drain begins");
    visit("over", &Drain::over, between(1_ms, 1_d), "time over which the clients of a drained gateway are sent away");
  }
};

/// Holds the connections of users who are logged in.
struct Gateway : Tier {
  Gateway() : Tier{.machines = 40000, .threads = 50} {}
  int connections_per_machine = 50000;
  Bytes memory{64e9};
  Bytes memory_per_connection{50e3};
  Transport transport = Transport::websocket;
  Distribution handshake_time = Distribution::exponential(Seconds{2e-3});
  double handshake_round_trips = 3;
  Seconds heartbeat_time{20e-6};
  int outbound_limit = 100000;
  Seconds poll_timeout{30};
  Seconds poll_time{0.5e-3};
  Bytes poll_overhead{800};
  Drain drain;
  PerSecond login_rate{0};
  int spare = 0;
  std::optional<Seconds> spare_open_at;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("connections_per_machine", &Gateway::connections_per_machine, between(1, 100'000'000),
          "websockets that one machine holds at most: 50 threads x 1,000 in the design document");
    visit("memory", &Gateway::memory, more_than(Bytes{0}), "memory of one machine for connections");
    visit("memory_per_connection", &Gateway::memory_per_connection, at_least(Bytes{0}),
          "memory that one connection takes; assumed, published servers hold 1 to 2.8 million on about 100 GB");
    visit("transport", &Gateway::transport, Choice{}, "how clients are reached");
    visit("handshake_time", &Gateway::handshake_time, Samples::durations,
          "time that accepting a connection holds a thread, TLS included; assumed");
    visit("handshake_round_trips", &Gateway::handshake_round_trips, between(0, 100),
          "round trips of a client before it is connected: TCP, TLS 1.3 and the upgrade to a websocket");
    visit("heartbeat_time", &Gateway::heartbeat_time, between(Seconds{0}, Seconds{1}),
          "time that one heartbeat holds a thread; assumed");
    visit("outbound_limit", &Gateway::outbound_limit, between(1, 1'000'000'000),
          "messages on the internal queue of one server that its clients have not yet confirmed, at most");
    visit("poll_timeout", &Gateway::poll_timeout, between(Seconds{0.1}, Seconds{3600}),
          "an HTTP long poll without a message is answered after this time and asked again");
    visit("poll_time", &Gateway::poll_time, between(Seconds{0}, Seconds{1}),
          "time that one HTTP request of a long-polling client holds a thread beside its work; assumed");
    visit("poll_overhead", &Gateway::poll_overhead, at_least(Bytes{0}), "HTTP headers of a request and its answer");
    visit("drain", &Gateway::drain, Section{}, "a deploy of the gateways while the service runs");
    visit("login_rate", &Gateway::login_rate, between(PerSecond{0}, PerSecond{1e9}),
          "logins that one machine accepts in a second at most, with bursts of one second; others are refused at once and "
          "come back elsewhere; 0 is unlimited");
    visit("spare", &Gateway::spare, between(0, 10'000'000),
          "machines beside the others that stand idle until they are opened: then their share of new connections, "
          "spare / (machines + spare), goes to them");
    visit("spare_open_at", &Gateway::spare_open_at, between(Seconds{0}, Seconds{31536000}),
          "simulated time when the spare machines are opened; none: not by itself");
  }
};

}  // namespace chatsim::spec
