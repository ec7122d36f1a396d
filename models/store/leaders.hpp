#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/row_placement.hpp"
#include "scenarios/spec/leadership.hpp"
#include "scenarios/spec/leadership_summary.hpp"

namespace chatsim::models {

/// Who leads which range of a table, and who knows of it. A range is what lies between two neighbouring points of the hash
/// ring, so that all its rows have the same replicas; its leader is the first of them, in term 0, unless something went
/// wrong. Only ranges for which something did are stored: without faults a request costs a look at an empty table.
///
/// Heartbeats are a function of time and not events: as long as two machines reach each other, whoever leads is heard at
/// every tick of its machine (one message between two machines, whatever the number of ranges). So a break is all that has
/// to be looked at: then a leader's lease and a follower's patience count from the last tick before it. A lease is shorter
/// than that patience: by the time when a follower gives its vote to somebody else, of a majority that a leader reached
/// last, that leader serves reads no more. Majorities meet, so that no two ever serve at once.
class Leaders {
 public:
  using Term = std::uint32_t;
  static constexpr Term none = ~Term{0};
  static constexpr Term most_terms = 1U << 13;

  struct Range {
    HashRing::Replicas replicas;
    std::uint32_t number = 0;
    std::uint8_t leader = 0;  ///< Which of them was elected last,
    Term term = 0;            ///< for this term.
    std::uint8_t before = 0;  ///< Whom coordinators take for it until they hear of it:
    sim::Time won{};          ///< from then on, and a way through the network later.
    // What each replica knows, by replica.
    std::array<Term, HashRing::most_replicas> known{};      ///< Newest term it voted in or heard of: takes nothing older.
    std::array<Term, HashRing::most_replicas> led{};        ///< Newest term it was elected for; leads if it knows none newer.
    std::array<sim::Time, HashRing::most_replicas> heard{};  ///< Last heartbeat, of those that hear none now.
    std::uint8_t hearing = 0;                               ///< Bits of those that hear the leader.
    bool in_contact = true;                                 ///< The leader, with a majority: it hears itself then.
    // An election, or a transfer, under way.
    bool electing = false;
    Term voting = 0;
    std::uint8_t votes = 0;           ///< Bits of those that gave theirs in that term.
    std::vector<std::uint64_t> rows;  ///< That replicas may differ in.

    std::optional<sim::Time> without_leader;  ///< Since.
    bool behind = false;                      ///< Some replica misses what was written long ago.
    Term served = 0;                          ///< Newest term in which a read was served.
  };

  struct Counts {
    std::uint64_t elections = 0, elections_failed = 0, transfers = 0, overlaps = 0;
    Term term_max = 0;
    sim::Duration without_leader{}, without_leader_max{};
  };

  struct Options {
    sim::MachineIndex first = 0;  ///< Machine of the table.
    std::uint32_t machines = 1;
    std::uint32_t store = 0;  ///< Number of the table.
    spec::Leadership leadership = {};
    /// Whether a machine, by its number in the table, has the rows that it is to hold.
    std::function<bool(std::uint32_t machine)> has_data = [](std::uint32_t) { return true; };
  };
  Leaders(Context& context, const RowPlacement& ring, const Options& options);
  Leaders(const Leaders&) = delete;
  Leaders& operator=(const Leaders&) = delete;

  /// What happens when a range has no leader that reaches a majority, and no election is under way.
  std::function<void(Range&)> on_leaderless;
  /// What happens when something went on or off.
  std::function<void()> on_change;

  bool all_as_ever() const { return ranges_.empty(); }
  /// The range of a position, nullptr where all is as ever. \param replicas of that position.
  Range* find(std::uint32_t position, const HashRing::Replicas& replicas) {
    if (ranges_.empty()) [[likely]] return nullptr;
    return stored_of_[replicas[0]] == 0 ? nullptr : find_stored(position);
  }
  Range* find(std::uint32_t position) {
    return ranges_.empty() ? nullptr : find(position, ring_.replicas_at(position));
  }
  Range* by_number(std::uint32_t number) {
    const auto found = ranges_.find(number);
    return found == ranges_.end() ? nullptr : &found->second;
  }
  std::map<std::uint32_t, Range>& stored() { return ranges_; }
  const std::map<std::uint32_t, Range>& stored() const { return ranges_; }
  /// All is as ever again.
  void forget(std::uint32_t number);

  // What somebody knows; a range may be nullptr.
  enum class Standing { leads, lease_is_over, follows };
  Standing standing(const Range* range, unsigned replica) const;
  /// Of a coordinator: which replica it takes for the leader.
  unsigned believed_leader(const Range* range, sim::MachineIndex coordinator) const;
  /// Of a replica: which one it follows, if it knows one.
  std::optional<unsigned> leader_known_to(const Range* range, unsigned replica) const;
  static Term term_known_to(const Range* range, unsigned replica) { return range == nullptr ? 0 : range->known[replica]; }
  void note_served(Range* range, unsigned replica);

  // What elections change.
  /// A vote, unless the replica gave it to another, or hears a leader or did so lately (which does not matter if that one
  /// gives up its place).
  enum class Cause : std::uint8_t { election, transfer };
  bool vote(Range& range, unsigned replica, Term term, Cause cause);
  bool is_patient(const Range& range, unsigned replica) const;
  /// Who lost its data takes what is written from then on, but neither votes nor leads before it was rebuilt: a majority
  /// that has a write must not be met by one that only had it.
  bool has_data(const Range& range, unsigned replica) const { return options_.has_data(range.replicas[replica]); }
  void data_changed();
  void begin_without_leader(Range& range);
  void win(Range& range, unsigned replica, Term term);
  /// Who reaches whom may have changed.
  void look_at(Range& range);

  sim::MachineIndex machine(const Range& range, unsigned replica) const {
    return options_.first + range.replicas[replica];
  }
  bool reach_each_other(sim::MachineIndex a, sim::MachineIndex b) const {
    return context_.world.wire.reachable(a, b) && context_.world.wire.reachable(b, a);
  }
  unsigned replication() const { return ring_.replication(); }
  unsigned majority() const { return replication() / 2 + 1; }
  sim::Duration election_timeout() const { return election_timeout_; }
  sim::Duration heartbeat() const { return heartbeat_; }
  /// How long who waits for votes has patience: one to two election timeouts, by range and term.
  sim::Duration patience(const Range& range) const;

  void begin_measuring();
  /// Until now.
  Counts counts() const;
  void count_failed_election() { ++counts_.elections_failed; }
  void count_transfer() { ++counts_.transfers; }
  std::uint64_t ranges() const { return begins_.size(); }

 private:
  sim::Time now() const { return context_.world.scheduler.now(); }
  Range* find_stored(std::uint32_t position);
  std::uint32_t number_of(std::uint32_t position) const;
  bool leads(const Range& range, unsigned replica) const { return range.led[replica] == range.known[replica]; }
  sim::Time last_heartbeat(sim::MachineIndex leader) const;
  void look_soon();
  sim::Task<void> look();
  void look_everywhere();
  bool has_majority(const HashRing::Replicas& replicas) const;
  Range& store_range(std::uint32_t number, const HashRing::Replicas& replicas);
  void end_without_leader(Range& range);

  Context& context_;
  const RowPlacement& ring_;
  Options options_;
  sim::Duration heartbeat_, election_timeout_, lease_;
  std::vector<std::uint32_t> begins_;  // Positions where ranges begin.
  std::map<std::uint32_t, Range> ranges_;
  std::vector<std::uint32_t> stored_of_;  // By first replica: how many of its ranges are stored.
  std::vector<sim::Time> restarted_;      // By machine.
  bool will_look_ = false;
  bool data_was_lost_ = false;  // Some time.
  sim::Time measuring_since_{};
  Counts counts_;
};

}  // namespace chatsim::models
