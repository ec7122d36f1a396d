#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/spec/result_field.hpp"
#include "scenarios/spec/traces.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What one hop has to do with a quantile of a latency.
struct BlameHop {
  std::string name;   ///< "service of message_store (write)", "queue of messaging", "wire", ...
  Seconds time;       ///< Of the quantile: its share of messages near it, times the quantile.
  double share = 0;
  Seconds faster;     ///< The quantile if the hop were a fifth faster (see planner/blame), by calculation.
  Seconds gain;       ///< How much less that is.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("time_ms", &BlameHop::time);
    visit("share", &BlameHop::share);
    visit("faster_ms", &BlameHop::faster);
    visit("gain_ms", &BlameHop::gain);
  }
};

struct BlameQuantile {
  std::string name;         ///< p50, p99, p999
  Seconds latency;          ///< Of the messages that were followed.
  std::uint64_t near = 0;   ///< Messages whose ways the shares are means of.
  std::vector<BlameHop> hops;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("latency_ms", &BlameQuantile::latency);
    visit("near", &BlameQuantile::near);
    visit("hops", &BlameQuantile::hops, ByName{&BlameHop::name});
  }
};

struct BlameLatency {
  std::string name;          ///< send_to_ack, send_to_deliver
  std::uint64_t count = 0;   ///< Followed.
  std::vector<BlameQuantile> quantiles;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("count", &BlameLatency::count);
    visit("quantiles", &BlameLatency::quantiles, ByName{&BlameQuantile::name});
  }
};

/// One of the slowest, hop by hop in the order of its way.
struct Exemplar {
  std::string latency;
  std::uint64_t seed = 0;
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;
  Seconds sent, took;
  std::vector<std::pair<std::string, Seconds>> hops;
};

/// Which hop owns which quantile. Empty unless Simulation::traces messages were followed.
struct BlameReport {
  std::uint64_t dropped = 0;
  std::uint64_t unfollowed = 0;
  std::vector<BlameLatency> latency;

  // Of one run and no number: neither in run.json nor in means.
  std::vector<Exemplar> slowest;
  Traces traces;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("dropped", &BlameReport::dropped);
    visit("unfollowed", &BlameReport::unfollowed);
    visit("latency", &BlameReport::latency, ByName{&BlameLatency::name});
  }
};

}  // namespace chatsim::spec
