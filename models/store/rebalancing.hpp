#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/store/copies.hpp"
#include "models/store/row_placement.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/growth.hpp"
#include "scenarios/spec/rebalancing_summary.hpp"

namespace chatsim::models {

/// Who holds the rows of a store while machines join it, leave it, or have lost their data.
///
///     before            while data is copied                    a request's timeout later
///     replicas: old     replicas: old, writes go to             replicas: new
///                       the joining ones too, and wait
///                       for one answer more for each
///
/// That is Cassandra's way: with W + P answers of N + P holders, P of whom join and P of whom leave, W of those who
/// hold the row before have it, and W of those who will. So R + W > N goes on to mean that a read sees the last write, up
/// to the instant when the ring is switched and after it. A machine without its data is written to and not read.
class Rebalancing {
 public:
  struct Options {
    sim::MachineIndex first = 0;  ///< Machine 0 of the store.
    std::uint32_t machines = 0;   ///< That hold rows at the start.
    spec::Growth growth;
    spec::Bytes kept;  ///< Of the whole table, before replication.
    spec::Bytes row;
    std::function<RowPlacement(std::uint32_t machines)> ring_of;
    std::function<void()> rebuilt;  ///< Called when a machine has its data again.
  };
  Rebalancing(Context& context, RowPlacement& ring, VersionTable& versions, Options options);
  Rebalancing(const Rebalancing&) = delete;
  Rebalancing& operator=(const Rebalancing&) = delete;

  /// The change of the scenario, at its time.
  void start();

  /// Who else is written to, after the replicas of a position. \returns how many.
  std::uint32_t add_joining(std::uint32_t position, RowPlacement::Replicas& replicas) const;
  /// Which holder of a position's rows, as the version table counts them, a machine is; none if it is not.
  std::optional<std::uint32_t> holder(std::uint32_t position, std::uint32_t machine) const;

  /// A machine comes back without what it had: reads leave it out until its data was copied from the others.
  void rebuild(std::uint32_t machine);
  bool serves(std::uint32_t machine) const { return empty_.empty() || !empty_[machine]; }
  bool all_serve() const { return empty_machines_ == 0; }

  /// Changes what the holders of a position are: the store writes to the joining ones too.
  bool joining() const { return next_ != nullptr; }
  spec::RebalancingSummary summary() const;

 private:
  std::optional<std::uint32_t> source(const RowPlacement& ring, std::uint32_t position, std::uint32_t destination) const;
  std::vector<Copies::Copy> copies_of(std::vector<Copies::Copy> parts) const;
  Copies& new_copies();

  sim::Task<void> change_later();
  void change();
  sim::Task<void> switch_over_later(sim::Time at);
  void switch_over();
  sim::Task<void> forget_later();
  sim::Task<void> rebuild_when_up(std::uint32_t machine);
  void rebuilt(std::uint32_t machine);

  Context& context_;
  RowPlacement& ring_;
  VersionTable& versions_;
  Options options_;
  std::optional<std::uint32_t> throttle_;
  std::unique_ptr<RowPlacement> next_;      // While data is copied.
  std::unique_ptr<RowPlacement> previous_;  // While requests from before the switch may be under way.
  std::vector<std::unique_ptr<Copies>> copies_;
  std::vector<bool> empty_;  // By machine, once one has been.
  std::uint32_t empty_machines_ = 0;
  spec::RebalancingSummary summary_;
};

}  // namespace chatsim::models
