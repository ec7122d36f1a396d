#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::spec {

/// The part of a system that simulation.slice asks for, as a scenario of its own whose slice is 1: so much of
/// the users, groups and messages, on so much of every tier and of the datacenter, at the same load of each
/// thread, core, disk and byte of cache. The slice of 1 is the scenario itself.
///
/// A tier keeps at least 12 machines, or as many as it has, and enough for all replicas or parts of an
/// object: these are smaller machines then, with fewer threads and cores and less memory, rather than fewer
/// of them. Racks keep their hosts and uplinks, and there are as many pods as racks allow, so that most
/// routes cross all levels as before.
///
/// The scenario must be valid; whether a slice of it is too small, validate() says.
Scenario slice(const Scenario& whole);

/// The same with every tier cut as it is cut of another scenario with the same machines and the same slice, so that
/// two scenarios that differ in what may change while a service runs have the same machines. What a machine has
/// follows from this scenario.
Scenario slice_like(const Scenario& whole, const Scenario& other);

/// How one tier or store was cut.
struct SlicedTier {
  std::string name;         ///< In results: "group", "group_store".
  std::string path;         ///< In the scenario: "services.group", "stores.group".
  std::string limited_by;   ///< "threads" or "cores": what a request holds the larger share of.
  double units_wanted = 0;  ///< Of that, the whole tier's times the slice.
  int units = 0;            ///< What whole machines come to.
  int machines = 1;
  int fewest_machines = 1;   ///< However small the slice.
  double machine_scale = 1;  ///< One machine over one of the whole system.

  /// By how much the load of each thread or core differs from the whole system's.
  double load_error() const { return units_wanted / units - 1; }
};

/// In the order of a message's way, as in results.
std::vector<SlicedTier> sliced_tiers(const Scenario& whole);

/// Figures of a slice's result that are neither the whole system's nor the slice times it; by their path in
/// run.json, * for any name. Nothing for a slice of 1. They are:
/// - what is largest of all machines or all messages (utilisation_max, queue_max, connections_max,
/// outbound_max,
///   disk_utilisation_max, busiest link, max_ms): there are fewer to be the largest of, the ring of a store
///   is uneven in another way, and the hottest key takes a larger share;
/// - how many machines there are, and events, since what machines do in batches (heartbeats, last seen) goes
/// with them;
/// - of a tier whose machines are smaller: what one has, and waiting, since few threads queue longer than
/// many at the same
///   load;
/// - of a tier whose load could not be kept within 1 %: everything;
/// - with batched fan-out: what members of a group who share a gateway save. More of them share one of few
/// gateways.
std::vector<std::string> size_dependent(const Scenario& whole);

/// Whether a figure, for example "tiers.profile.queue_max", is in such a list.
bool is_listed(const std::vector<std::string>& patterns, std::string_view path);

}  // namespace chatsim::spec
