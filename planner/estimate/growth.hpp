#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// How one table fills its disks, from the day that the service begins on. Messages, conversations and
/// attachments begin at nothing and stop growing once as much is dropped as comes; profiles and groups are
/// there and grow by what is created (who joins a group makes up for who leaves).
struct TableGrowth {
  std::string table;
  spec::Bytes per_day;  ///< Of 86,400 s, before replication, while nothing is dropped.
  spec::Bytes per_day_replicated;
  spec::Bytes kept;  ///< At the end of the years below.
  spec::Bytes kept_replicated;
  spec::Bytes capacity;                     ///< All disks of the store.
  std::optional<spec::Seconds> full_after;  ///< Empty when the disks never fill.
  int machines = 0;
  double machines_needed = 0;        ///< For kept_replicated, disks alone.
  std::vector<spec::Bytes> by_year;  ///< At the end of each year.
  std::vector<spec::Bytes> by_year_replicated;
};

struct Growth {
  int years = 0;  ///< The longest time that anything is kept, in whole years.
  std::vector<TableGrowth> tables;
};

/// At the mean rate of messages. A year has 365.25 days.
Growth growth(const spec::Scenario& scenario);

}  // namespace chatsim::planner
