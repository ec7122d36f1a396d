#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "models/store/store.hpp"
#include "scenarios/spec/promises.hpp"

namespace chatsim::models {

/// Whether replicas agree again after hosts or links went off or came back. Versions are given out in the order of
/// time, so that one noted at an instant parts what was written before from what came after: rows need no time of their own.
class Convergence {
 public:
  /// \param grace a write takes so long at most: what a replica lacks after that it has missed.
  Convergence(sim::World& world, sim::Duration grace, std::vector<const Store*> tables);
  Convergence(const Convergence&) = delete;
  Convergence& operator=(const Convergence&) = delete;

  /// A write may take longer from now on.
  void lengthen_grace(sim::Duration grace) { grace_ = std::max(grace_, grace); }

  /// To be called regularly: convergence is noticed then.
  void look();

  spec::ConvergenceReport report() const;
  /// Of one table, now, for longer than the grace.
  std::uint64_t divergent_rows(std::size_t table) const;
  /// Since the last disturbance; infinite if there was none.
  spec::Seconds quiet_for() const;

 private:
  /// The newest version of each table at an instant.
  struct Mark {
    sim::Time at{};
    std::vector<std::uint64_t> versions;
  };
  Mark mark() const;
  void disturbed();
  bool agree_on_what_was_before(const Mark& mark) const;

  sim::World& world_;
  sim::Duration grace_;
  std::vector<const Store*> tables_;
  std::deque<Mark> recent_;  // The first is the last one that is at least as old as the grace, if there is such.
  std::uint64_t disturbances_ = 0;
  Mark last_;  // Disturbance.
  bool converged_ = false;
  sim::Time converged_at_{};
};

}  // namespace chatsim::models
