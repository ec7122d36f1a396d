#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/durability/failure_rates.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// Where the replicas of a row are: the scenario's policies, and the one that others are measured by.
enum class Scattering { ring, copysets, random };
const char* name_of(Scattering scattering);  ///< "ring", ...

/// A table as far as it matters to whether rows are lost.
struct ReplicatedTable {
  std::string name;
  int machines = 1;
  int replication = 3;
  Scattering scattering = Scattering::ring;
  int virtual_nodes = 128;  ///< Of a ring.
  int scatter_width = 4;    ///< Of copysets.
  double chunks = 1e6;      ///< Of random places: pieces that lie together.
  int regions = 1;          ///< That each have their own rows: the machines are dealt to them.
  double rows = 0;
  spec::Bytes data;                                     ///< Of all rows, before replication.
  spec::PerSecond failure;                              ///< Of one machine, which loses its data.
  spec::Seconds wait;                                   ///< From there until copying begins.
  spec::BytesPerSecond table_bandwidth;                 ///< Of all copies together.
  spec::BytesPerSecond machine_bandwidth;               ///< That one machine spends on sending copies.
  int outage_domains = 1;                               ///< Parts of the machines that lose their power each by itself.
  bool outages_split_replicas = false;                  ///< No two replicas are in one of them.
  double outages_per_year = planner::outages_per_year;  ///< Of each.
  spec::Probability lost_in_outage = planner::lost_in_outage;

  spec::Bytes data_of_machine() const { return data * (static_cast<double>(replication) / machines); }
};

/// Of a network card, what a machine spends on sending copies; assumed: a machine that restores others goes on serving.
inline constexpr double card_share_of_repair = 0.1;

/// The tables of a scenario at the end of the retention, when they hold most. A table's copies go through its growth's
/// throttle, as in a simulation. What one machine lost is copied by all that hold the same rows at a time, to as many
/// others (Cidon et al., ATC 2013); a simulation fills the machine itself, through its network card.
std::vector<ReplicatedTable> replicated_tables(const spec::Scenario& scenario);

struct TableDurability {
  double sets = 0;                ///< Different ones of R machines that hold the same rows.
  double scatter_width = 0;       ///< Machines that hold other replicas of what one machine holds.
  spec::Seconds copying;          ///< Infinite where machines fail faster than the throttle lets them be filled.
  spec::Seconds repair;           ///< Waiting and copying.
  spec::Seconds set_to_loss;      ///< Mean time until a set has lost all its replicas; of a row too.
  spec::Seconds to_loss;          ///< Of any set, by machines that fail independently.
  spec::PerSecond outage_losses;  ///< Outages that lose rows.

  // By independent failures, by outages, and by either.
  spec::Probability lost_by_failures(spec::Seconds within) const;
  spec::Probability lost_by_outages(spec::Seconds within) const;
  spec::Probability lost(spec::Seconds within) const;

  spec::PerSecond row_by_failures, row_by_outages;  ///< How often one row is lost.
  double rows_lost(double rows, spec::Seconds within) const {
    return rows * ((row_by_failures + row_by_outages) * within);
  }
  /// -log10 of the chance that a row is lost within a year.
  double nines() const;
};

/// Until a machine has its data again, if no other machine of the table is filled at that time.
spec::Seconds repair_alone(const ReplicatedTable& table);

/// Failures of racks and pods are those of switches and lose nothing.
TableDurability durability(const ReplicatedTable& table);

/// One change to a table, and what it buys.
struct Alternative {
  std::string change;  ///< "copysets, scatter width 10"
  ReplicatedTable table;
};

/// What an architect might choose in place of the table as it is.
std::vector<Alternative> alternatives(const ReplicatedTable& table);

}  // namespace chatsim::planner
