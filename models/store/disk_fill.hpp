#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/row_placement.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

/// Rows that each machine of a ring holds, as whichever replica: a share of all rows, so that the shares sum to the
/// number of replicas.
std::vector<double> held_by_machine(const RowPlacement& rows, std::uint32_t machines);

/// What a table is to the disks of its machines. Its number is Store's.
spec::TableWorkload table_workload(const spec::Scenario& scenario, std::uint32_t number);

/// How full the disks of a store's machines are.
///
/// A run begins with what months have left: the rows that are kept, by each machine's share of the ring. Messages and
/// conversations are then as old as their retention, so that as much is erased as is written and they do not grow; groups
/// and users are added. A scenario may say instead how full the disks are: such a service is young, erases nothing, and
/// grows with every row.
///
/// In seconds nothing grows noticeably, so that rows are counted only where the scenario says how full the disks are and some
/// machine might be full before the run ends; everywhere else their fill follows from rates and shares at the end. A
/// machine that is too small for the retention is a mistake of the scenario, which the fill shows: its writes go on. What
/// machines that join or leave copy is in the shares at the end, and not in rows that are counted.
class DiskFill {
 public:
  DiskFill(const Context& context, const spec::Store& store, std::uint32_t number, const RowPlacement& ring);

  /// Whether a machine may become full, so that it has to be asked before every write.
  bool counts() const { return !room_.empty() || declared_ > 0; }
  /// A machine takes so many bytes of new rows, of old ones 0. \returns false if it is full: has no room for one more.
  bool take(std::uint32_t machine, spec::Bytes inserted) {
    if (declared_ > 0 && declared_full_[machine] > 0 && inserted > spec::Bytes{}) {
      ++refused_;
      return false;
    }
    if (room_.empty()) return true;
    double& room = room_[machine];
    if (room < std::max(row_, inserted).value()) {
      ++refused_;
      return false;
    }
    room -= inserted.value();
    return true;
  }

  /// A machine's disks are full, whatever lies on them, or as full as they are again. Asked before every write from the first
  /// one on.
  void set_full(std::uint32_t machine, bool full) {
    declared_full_.resize(machines_);
    declared_full_[machine] += full ? 1 : -1;
    declared_ += full ? 1 : -1;
  }

  /// Whether a machine has no room for one more row.
  bool any_full() const {
    return declared_ > 0 || std::any_of(room_.begin(), room_.end(), [&](double room) { return room < row_.value(); });
  }

  /// On disk.
  spec::Bytes row() const { return row_; }

  void begin_measuring() { refused_ = 0; }
  /// \param inserts rows a second, before replication.
  spec::DiskFillSummary summary(const std::string& name, const RowPlacement& ring, spec::PerSecond inserts) const;

 private:
  /// Of one machine that holds this share of all rows.
  double fill_at_start(double held, double held_mean) const;

  const Context& context_;
  spec::Bytes capacity_;  ///< Of one machine.
  std::uint32_t machines_;  ///< At most.
  std::optional<spec::Probability> stated_;
  spec::Bytes row_, kept_;
  bool grows_;
  std::vector<double> room_;  ///< Bytes, by machine; empty: not counted.
  std::vector<int> declared_full_;  ///< By machine: how often; empty before the first.
  int declared_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace chatsim::models
