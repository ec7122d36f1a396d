#pragma once

#include <functional>

#include "models/service/app_tier.hpp"
#include "models/service/context.hpp"

namespace chatsim::models {

/// The replicated service that everything else relies on to know who is up, in the manner of Raft (Ongaro and Ousterhout,
/// USENIX ATC 2014) as far as it shows from outside: one machine leads; what it appends to its log holds when a majority
/// has written it down; if it dies, or does not reach a majority any more, another one that does is elected.
///
/// What the log contains is its user's. Its machines lose nothing when they die.
class Coordination {
 public:
  explicit Coordination(Context& context);

  const AppTier& tier() const { return tier_; }
  /// no_machine while there is none.
  sim::MachineIndex leader() const { return leader_; }
  /// Grows with each leader: who waited sees whether it is still the same.
  std::uint32_t term() const { return term_; }

  /// Called when there is a new leader, and when there is none any more.
  void on_leader(std::function<void()> callback) { leader_changed_ = std::move(callback); }
  /// To be told whenever machines or links went up or down.
  void connections_changed();

  /// The leader appends so many entries; done when a majority has them. There must be a leader.
  sim::Call append(std::uint32_t entries);

  void begin_measuring();
  std::uint64_t leader_changes() const { return leader_changes_; }
  double leaderless_s() const { return leaderless_.seconds(context_.world.scheduler.now()); }
  double no_quorum_s() const { return no_quorum_.seconds(context_.world.scheduler.now()); }

 private:
  /// How long something has been so.
  class Stopwatch {
   public:
    void set(bool runs, sim::Time now) {
      if (runs_) sum_ += now - since_;
      runs_ = runs;
      since_ = now;
    }
    void clear(sim::Time now) {
      sum_ = {};
      since_ = now;
    }
    double seconds(sim::Time now) const {
      return sim::to_seconds(sum_ + (runs_ ? now - since_ : sim::Duration{})).value();
    }

   private:
    bool runs_ = false;
    sim::Time since_{};
    sim::Duration sum_{};
  };

  /// Bytes of an entry: a machine, its address, what became of it; assumed.
  static constexpr spec::Bytes entry{100};

  std::uint32_t majority() const { return tier_.machines() / 2 + 1; }
  bool reaches_majority(sim::MachineIndex machine) const;
  /// The lowest-numbered machine that can lead.
  sim::MachineIndex candidate() const;
  sim::Call ask_all(sim::MachineIndex from, spec::Bytes content);
  sim::Task<void> elect();

  Context& context_;
  AppTier tier_;
  sim::MachineIndex leader_;
  std::uint32_t term_ = 1;
  bool electing_ = false;
  std::uint64_t requests_ = 0;
  std::function<void()> leader_changed_;
  std::uint64_t leader_changes_ = 0;
  Stopwatch leaderless_, no_quorum_;
};

}  // namespace chatsim::models
