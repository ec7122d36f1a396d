#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What the replicas of a row promise each other.
enum class Consistency {
  quorum,  ///< AP: any replica takes a write, W and R of them count.
  leader,  ///< CP: one replica orders all writes and serves all reads, a majority commits.
};

template <>
struct EnumNames<Consistency> {
  static constexpr std::array<std::string_view, 2> names{"quorum", "leader"};
};

/// How a table with leaders finds and keeps them.
struct Leadership {
  Seconds heartbeat{100e-3};
  Seconds election_timeout{500e-3};
  Seconds lease{400e-3};
  PerSecond catch_up{10'000};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("heartbeat", &Leadership::heartbeat, between(1_ms, 1_min), "how often a leader tells its followers that it is there");
    visit("election_timeout", &Leadership::election_timeout, between(1_ms, 1_h),
          "without a heartbeat for one to two times this, drawn for each election, a follower asks for votes");
    visit("lease", &Leadership::lease, between(1_ms, 1_h),
          "a leader serves reads for so long after the last heartbeat that reached a majority; less than election_timeout");
    visit("catch_up", &Leadership::catch_up, between(PerSecond{1}, PerSecond{1e9}),
          "rows that one leader sends at most to one follower that missed them");
  }
};

}  // namespace chatsim::spec
