#pragma once

#include "scenarios/spec/traces.hpp"

namespace chatsim::tests {

/// Two stations of one machine each: an application server and a store, half loaded; ways are added by hand.
class MadeUpTraces {
 public:
  MadeUpTraces() {
    traces.stations = {{.name = "messaging", .threads = 4, .cores = 4, .thread_load = {0.5F}, .core_load = {0.5F},
                        .share_of_use = {1, 0, 0, 0}, .share_of_bursts = {0, 0, 0, 0}},
                       {.name = "message_store", .threads = 1, .cores = 4, .thread_load = {0.5F}, .core_load = {0.0F},
                        .share_of_use = {0, 0, 1, 0}, .share_of_bursts = {0, 0, 0, 0}}};
    traces.steps = {"messaging", "persist", "to_member"};
  }

  void begin(spec::Way::Latency latency = spec::Way::Latency::send_to_ack) {
    traces.ways.push_back({.message = traces.ways.size(), .first_part = static_cast<std::uint32_t>(traces.parts.size()),
                           .latency = latency});
  }
  /// A call; the sum of the leg that decides is `ns`.
  void call(std::uint8_t station, std::vector<spec::WayLeg> legs, std::uint8_t needed, std::int64_t ns,
            std::uint8_t step = 0) {
    const auto use = station == 1 ? spec::WayPart::Use::write : spec::WayPart::Use::service;
    add({.kind = spec::WayPart::Kind::call, .use = use, .station = station, .step = step, .needed = needed,
         .legs = static_cast<std::uint8_t>(legs.size()), .first_leg = static_cast<std::uint32_t>(traces.legs.size()),
         .ns = ns});
    traces.legs.insert(traces.legs.end(), legs.begin(), legs.end());
  }
  void add(const spec::WayPart& part) {
    traces.parts.push_back(part);
    ++traces.ways.back().parts;
    traces.ways.back().ns += part.ns;
  }

  spec::Traces traces;
};

}  // namespace chatsim::tests
