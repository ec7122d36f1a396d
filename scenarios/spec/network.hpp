#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What holds for every request between machines.
struct Network {
  Seconds request_timeout{1};
  Bytes request_overhead{200};
  Bytes flow_threshold{64e6};
  Distribution jitter;
  Seconds retransmission_timeout{0.2};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("request_timeout", &Network::request_timeout, between(1_us, 1_d),
          "a request that has no answer after this time has failed");
    visit("request_overhead", &Network::request_overhead, between(0_B, 1_MB),
          "headers of a request or a reply");
    visit("flow_threshold", &Network::flow_threshold, at_least(1_B),
          "transfers above it are flows that share links fairly; smaller ones are messages");
    visit("jitter", &Network::jitter, Samples::durations,
          "what a request, and its answer, take on the wire beyond the latencies of their links; drawn for each");
    visit("retransmission_timeout", &Network::retransmission_timeout, between(1_us, 60_s),
          "what a link has lost (faults: lossy_link) is sent again after this time, which doubles with each loss; 200 ms is "
          "the least that Linux takes");
  }
};

}  // namespace chatsim::spec
