#pragma once

#include <array>
#include <string>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

inline constexpr spec::Seconds year{365.25 * 86400};

/// How often one element of a kind fails, and for how long.
struct FailureRate {
  std::string kind;  ///< "machine", "disk", "rack", "pod", "power": a section of faults.random.
  spec::PerSecond rate;
  spec::Seconds time_to_repair;  ///< Mean.
  std::string source;            ///< The scenario's field, or where the number is from that stands in for it.

  double per_year() const { return rate * year; }
};

struct FailureRates {
  FailureRate machine;  ///< Crashes and comes back with its data.
  FailureRate disk;     ///< A machine of a store comes back without its data.
  FailureRate rack;     ///< The switch of a rack: its machines are cut off.
  FailureRate pod;
  FailureRate power;  ///< All machines of a power domain go off.

  std::array<const FailureRate*, 5> all() const { return {&machine, &disk, &rack, &pod, &power}; }
};

/// By the scenario's faults.random; a kind that is left out there fails as is usual, with the time to repair that the
/// scenario has. Machines about once a year: a cluster of 1,800 has 1,000 failures of machines in its first year, 20 of
/// racks and one of a power unit with 500 to 1,000 machines (Dean, Designs, lessons and advice from building large
/// distributed systems, LADIS 2009; the switch of a rack once in ten years is somewhat rarer than in that new cluster).
/// Disks 2 % a year (Schroeder, Gibson, FAST 2007: 2 to 4 %); one that fails takes all data of its machine with it.
FailureRates failure_rates(const spec::Scenario& scenario, int disks_of_machine);

/// Power failures of a datacenter after which machines do not come back: once a year, half a percent to one percent of
/// them (Cidon et al., Copysets, ATC 2013, section 2).
inline constexpr double outages_per_year = 1;
inline constexpr spec::Probability lost_in_outage{0.01};

}  // namespace chatsim::planner
