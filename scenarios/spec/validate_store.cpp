#include "scenarios/spec/validate_store.hpp"

#include <fmt/format.h>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {

namespace {

/// Of each row there are at most eight holders, those who join among them.
constexpr int replication_while_growing = 4;

void check_growth(const Store& store, const std::string& path, std::vector<Issue>& issues) {
  const Growth& growth = store.growth;
  if (growth.machines == 0) return;
  const std::string machines = path + ".growth.machines";
  if (store.machines + growth.machines < store.replication) {
    issues.push_back({machines,
                      fmt::format("{} leaves {} machines, at least {}.replication ({})", growth.machines,
                                  store.machines + growth.machines, path, store.replication),
                      {path + ".machines", path + ".replication"}});
  }
  if (store.replication > replication_while_growing) {
    issues.push_back({machines,
                      fmt::format("{} with {}.replication {}: a store that grows or shrinks has at most {}",
                                  growth.machines, path, store.replication, replication_while_growing),
                      {path + ".replication"}});
  }
}

void check_placement(const Store& store, const std::string& path, std::vector<Issue>& issues) {
  const Placement& placement = store.placement;
  const std::string policy = path + ".placement.policy", load_bound = path + ".placement.load_bound";
  if (placement.load_bound > 0 && placement.load_bound < 1) {
    issues.push_back({load_bound,
                      fmt::format("{} is too small: 0 for no bound, or at least 1, the mean", number_text(placement.load_bound)),
                      {}});
  }
  if (placement.policy != PlacementPolicy::copysets) return;
  if (placement.load_bound > 0) {
    issues.push_back({load_bound,
                      fmt::format("{} is for a ring; with {} copysets all machines have equal shares, must be 0",
                                  number_text(placement.load_bound), policy),
                      {policy}});
  }
  if (store.growth.machines != 0) {
    issues.push_back({path + ".growth.machines",
                      fmt::format("{} moves nearly all rows with {} copysets, must be 0; choose ring",
                                  store.growth.machines, policy),
                      {policy}});
  }
}

/// What is simulated with quorums only.
void check_only_quorum(const Store& store, const std::string& path, std::vector<Issue>& issues) {
  const auto complain = [&](const std::string& field) {
    issues.push_back({path + field,
                      fmt::format("is simulated for a table of quorums only; leave it out, or set {}.consistency to quorum", path),
                      {path + ".consistency"}});
  };
  if (store.growth.machines != 0) complain(".growth.machines");
  if (store.compaction.policy != CompactionPolicy::none) complain(".compaction.policy");
  if (store.disk_fill_at_start) complain(".disk_fill_at_start");
}

void check_leadership(const Leadership& leadership, const std::string& path, std::vector<Issue>& issues) {
  if (leadership.lease >= leadership.election_timeout) {
    issues.push_back({path + ".lease",
                      fmt::format("{} is too long, must be less than {}.election_timeout ({}): no two leaders may serve "
                                  "at once",
                                  to_text(leadership.lease), path, to_text(leadership.election_timeout)),
                      {path + ".election_timeout"}});
  }
  if (leadership.heartbeat >= leadership.lease) {
    issues.push_back({path + ".heartbeat",
                      fmt::format("{} is too long, must be less than {}.lease ({}): a lease has to last until the next one",
                                  to_text(leadership.heartbeat), path, to_text(leadership.lease)),
                      {path + ".lease"}});
  }
}

/// Machines of a tier are strewn over the regions one after the other: the region with the fewest has so many.
int machines_in_region(int machines, const Datacenter& datacenter) { return machines / datacenter.regions; }

}  // namespace

double domains(const Datacenter& datacenter, FailureDomain domain) {
  double count = 1.0 * datacenter.regions * datacenter.datacenters_per_region;
  if (domain == FailureDomain::datacenter) return count;
  count *= datacenter.pods_per_datacenter;
  if (domain == FailureDomain::pod) return count;
  count *= datacenter.racks_per_pod;
  if (domain == FailureDomain::rack) return count;
  return count * datacenter.hosts_per_rack;
}

void check_store(const Store& store, const std::string& path, const Datacenter& datacenter,
                 std::vector<Issue>& issues) {
  const std::string replication = path + ".replication";
  if (store.replication > store.machines) {
    issues.push_back(
        {replication,
         fmt::format("{} is too large, at most {}.machines ({}): each replica has a machine of its own",
                     store.replication, path, store.machines),
         {path + ".machines"}});
  }
  const double available = domains(datacenter, store.spread);
  if (store.spread != FailureDomain::host && store.replication > available) {
    const std::string_view domain = enum_name(store.spread);
    issues.push_back(
        {replication,
         fmt::format("{} is too large, at most {}: {}.spread puts each replica into a different {} and the "
                     "datacenter has {}",
                     store.replication, available, path, domain, available),
         {path + ".spread", "datacenter"}});
  }
  check_placement(store, path, issues);
  check_growth(store, path, issues);
  const auto check_quorum = [&](const char* name, int quorum) {
    if (quorum <= store.replication) return;
    issues.push_back({path + "." + name,
                      fmt::format("{} is too large, at most {} ({})", quorum, replication, store.replication),
                      {replication}});
  };
  if (store.consistency == Consistency::leader) {
    check_leadership(store.leadership, path + ".leadership", issues);
    check_only_quorum(store, path, issues);
  } else {
    check_quorum("read_quorum", store.read_quorum);
    check_quorum("write_quorum", store.write_quorum);
  }
  if (store.repair.sloppy() && !store.repair.hints()) {
    issues.push_back({path + ".repair.sloppy_quorum",
                      fmt::format("on is not possible while {}.repair.hinted_handoff is off: what another machine takes "
                                  "for a replica is a hint",
                                  path),
                      {path + ".repair.hinted_handoff"}});
  }
}

void check_store_regions(const Store& store, const std::string& path, const Datacenter& datacenter,
                         std::vector<Issue>& issues) {
  const std::string copies = path + ".regions.copies", rows = path + ".regions.rows";
  if (store.regions.copies > 0 && store.regions.rows != RowRegions::home) {
    issues.push_back({copies, fmt::format("{} is too large, at most 0 unless {} is home", store.regions.copies, rows), {rows}});
  }
  if (store.regions.copies > datacenter.regions - 1) {
    issues.push_back({copies,
                      fmt::format("{} is too large, at most {}: as many as other regions", store.regions.copies,
                                  datacenter.regions - 1),
                      {"datacenter.regions"}});
  }
  if (store.regions.failover == Failover::on && store.regions.copies == 0) {
    issues.push_back({path + ".regions.failover", fmt::format("on needs a region with a copy, but {} is 0", copies), {copies}});
  }
  if (store.regions.rows != RowRegions::home || datacenter.regions == 1) return;
  const auto needs_spread = [&](const std::string& field) {
    issues.push_back({path + field,
                      fmt::format("is simulated with {} spread only; leave it out, or set that", rows),
                      {rows}});
  };
  if (store.consistency == Consistency::leader) needs_spread(".consistency");
  if (store.growth.machines != 0) needs_spread(".growth.machines");
  if (store.placement.policy == PlacementPolicy::copysets) needs_spread(".placement.policy");
  const int machines = machines_in_region(store.machines, datacenter);
  if (store.replication > machines) {
    issues.push_back({path + ".replication",
                      fmt::format("{} is too large, at most {}: {} puts all replicas into one region, and one region has so "
                                  "many of {}.machines ({})",
                                  store.replication, machines, rows, path, store.machines),
                      {path + ".machines", rows}});
  }
  const double available = domains(datacenter, store.spread) / datacenter.regions;
  if (store.spread != FailureDomain::host && store.replication > available) {
    const std::string_view domain = enum_name(store.spread);
    issues.push_back({path + ".replication",
                      fmt::format("{} is too large, at most {}: {}.spread puts each replica into a different {} and a region "
                                  "has {}",
                                  store.replication, available, path, domain, available),
                      {path + ".spread", "datacenter", rows}});
  }
}

}  // namespace chatsim::spec
