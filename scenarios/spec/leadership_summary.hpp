#pragma once

#include <cstdint>
#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What became of the leaders of a table. A range is what lies between two neighbouring points of the hash ring: it has one
/// leader, the first of its replicas unless something is wrong.
struct LeadershipSummary {
  std::string name;                       ///< Table.
  std::uint64_t ranges = 0;
  std::uint64_t elections = 0;            ///< Won.
  std::uint64_t elections_failed = 0;     ///< Who asked had no majority.
  std::uint64_t transfers = 0;            ///< Back to the first replica, after it had caught up.
  std::uint64_t term_max = 0;             ///< Of any range.
  Seconds without_leader;                 ///< Range-seconds without a leader that had a majority, all ranges together.
  Seconds without_leader_max;             ///< The longest time of one range.
  std::uint64_t ranges_elsewhere = 0;     ///< At the end: not led by their first replica, or in the course of it.
  std::uint64_t forwarded = 0;            ///< Requests that came to a replica which did not lead, and that knew who did.
  std::uint64_t refused_no_leader = 0;    ///< It knew nobody.
  std::uint64_t refused_no_majority = 0;  ///< Writes that too few followers took: nobody was told that they are done.
  std::uint64_t refused_by_lease = 0;     ///< Reads at a leader that had not reached a majority for too long.
  std::uint64_t caught_up_rows = 0;       ///< Sent again to a replica that had missed them.
  std::uint64_t overlaps = 0;             ///< Reads that a leader served after one of a later term had: always 0.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("ranges", &LeadershipSummary::ranges);
    visit("elections", &LeadershipSummary::elections);
    visit("elections_failed", &LeadershipSummary::elections_failed);
    visit("transfers", &LeadershipSummary::transfers);
    visit("term_max", &LeadershipSummary::term_max);
    visit("without_leader_ms", &LeadershipSummary::without_leader);
    visit("without_leader_max_ms", &LeadershipSummary::without_leader_max);
    visit("ranges_elsewhere", &LeadershipSummary::ranges_elsewhere);
    visit("forwarded", &LeadershipSummary::forwarded);
    visit("refused_no_leader", &LeadershipSummary::refused_no_leader);
    visit("refused_no_majority", &LeadershipSummary::refused_no_majority);
    visit("refused_by_lease", &LeadershipSummary::refused_by_lease);
    visit("caught_up_rows", &LeadershipSummary::caught_up_rows);
    visit("overlaps", &LeadershipSummary::overlaps);
  }
};

}  // namespace chatsim::spec
