#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// How requests and answers cross the network.
enum class Fidelity { message, flow };

template <>
struct EnumNames<Fidelity> {
  static constexpr std::array<std::string_view, 2> names{"message", "flow"};
};

/// How long to simulate, and what of it to measure.
struct Simulation {
  Seconds duration{3};
  Seconds warmup{1};
  Seconds window{0.1};
  double slice = 1;
  Fidelity fidelity = Fidelity::message;
  int traces = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("duration", &Simulation::duration, between(1_ms, 365_d), "simulated time, warm-up included");
    visit("warmup", &Simulation::warmup, at_least(0_s),
          "simulated time at the beginning that is not measured; shorter than the duration");
    visit("window", &Simulation::window, at_least(1_ms), "length of one window of the time series");
    visit("slice", &Simulation::slice, between(1e-6, 1),
          "part of the system that is simulated, for example 0.01: so much of the users, of every tier and of the "
          "datacenter, at the same load of each machine; figures that depend on size are marked");
    visit("fidelity", &Simulation::fidelity, Choice{},
          "how requests and answers cross the network: message, by the latency of their way and the cards of sender and "
          "receiver; flow, each a communication of SimGrid that shares every link of its way, for small systems only");
    visit("traces", &Simulation::traces, between(0, 1'000'000),
          "messages that are followed hop by hop, to tell which hop owns which latency, at most; 0: none. Which ones, "
          "number and seed decide. Results are the same with and without");
  }
};

}  // namespace chatsim::spec
