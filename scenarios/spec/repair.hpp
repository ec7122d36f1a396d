#pragma once

#include <optional>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

enum class Switch { off, on };

template <>
struct EnumNames<Switch> {
  static constexpr std::array<std::string_view, 2> names{"off", "on"};
};

/// What makes the replicas of a row agree again when one of them missed a write.
struct Repair {
  Switch hinted_handoff = Switch::on;
  int hints_max = 10'000;
  Seconds hint_lifetime{3 * 3600};
  PerSecond handoff_rate{1000};
  Switch sloppy_quorum = Switch::off;
  Switch read_repair = Switch::on;
  std::optional<Seconds> anti_entropy = Seconds{600};
  BytesPerSecond bandwidth{1e9};
  Seconds after{2};

  bool hints() const { return hinted_handoff == Switch::on; }
  bool sloppy() const { return sloppy_quorum == Switch::on; }

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("hinted_handoff", &Repair::hinted_handoff, Choice{},
          "whether what a replica could not be sent is kept for it by another machine, and given to it later");
    visit("hints_max", &Repair::hints_max, between(1, 100'000'000),
          "rows that one machine keeps for others at most; more are dropped and counted");
    visit("hint_lifetime", &Repair::hint_lifetime, more_than(0_s),
          "what was kept so long is dropped and counted; 3 h in Cassandra");
    visit("handoff_rate", &Repair::handoff_rate, more_than(PerSecond{0}),
          "rows a second that one machine gives back to others");
    visit("sloppy_quorum", &Repair::sloppy_quorum, Choice{},
          "whether the machine that keeps a hint counts among the W acknowledgements; reads may then be stale although "
          "R + W > N; needs hinted_handoff");
    visit("read_repair", &Repair::read_repair, Choice{},
          "whether replicas that a read found to be behind are sent what they miss");
    visit("anti_entropy", &Repair::anti_entropy, more_than(0_s),
          "how often all replicas are compared, and what differs is copied");
    visit("bandwidth", &Repair::bandwidth, more_than(BytesPerSecond{0}),
          "of these copies, all machines of the table together");
    visit("after", &Repair::after, at_least(0_s),
          "a write has so long to reach its replicas by itself, before it counts as missing there");
  }
};

}  // namespace chatsim::spec
