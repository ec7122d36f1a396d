#pragma once

#include <optional>

#include "scenarios/spec/compaction.hpp"
#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/failure_domain.hpp"
#include "scenarios/spec/field.hpp"
#include "scenarios/spec/growth.hpp"
#include "scenarios/spec/hedge.hpp"
#include "scenarios/spec/leadership.hpp"
#include "scenarios/spec/placement.hpp"
#include "scenarios/spec/regions.hpp"
#include "scenarios/spec/repair.hpp"
#include "scenarios/spec/shedding.hpp"
#include "scenarios/spec/status_index.hpp"

namespace chatsim::spec {

/// Whom a read asks.
enum class ReadFrom { all, quorum };

template <>
struct EnumNames<ReadFrom> {
  static constexpr std::array<std::string_view, 2> names{"all", "quorum"};
};

/// A replicated key-value store: rows are placed by consistent hashing or on copysets, reads and writes wait for a quorum, or
/// go through a leader.
struct Store {
  int machines = 1;
  int threads = 100;
  int cores = 32;
  int queue_limit = 10000;
  Distribution read_time = Distribution::exponential(Seconds{10e-3});
  Distribution write_time = Distribution::exponential(Seconds{10e-3});
  Probability cpu_share{0.02};
  int replication = 3;
  int read_quorum = 2;
  int write_quorum = 2;
  ReadFrom read_from = ReadFrom::all;
  int virtual_nodes = 128;
  FailureDomain spread = FailureDomain::rack;
  Placement placement = {};
  Bytes row{100};
  int disks = 4;
  Bytes disk_capacity{100e12};
  Growth growth = {};
  std::optional<Probability> disk_fill_at_start = {};
  Compaction compaction = {};
  Repair repair = {};
  Consistency consistency = Consistency::quorum;
  Leadership leadership = {};
  StoreRegions regions = {};
  Shedding shedding = Shedding::none;
  Codel codel = {};
  Hedge hedge = {};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machines", &Store::machines, between(1, 10'000'000),
          "machines of this store; each takes one host");
    visit("threads", &Store::threads, between(1, 1'000'000), "worker threads of one machine");
    visit("cores", &Store::cores, between(1, 10'000), "cores of one machine");
    visit("queue_limit", &Store::queue_limit, between(0, 1'000'000'000),
          "requests that wait in one machine at most; more are rejected and counted");
    visit("read_time", &Store::read_time, Samples::durations,
          "time that a read holds a thread of one replica; 10 ms for a database in the design document");
    visit("write_time", &Store::write_time, Samples::durations,
          "time that a write holds a thread of one replica; 10 ms for a database in the design document");
    visit("cpu_share", &Store::cpu_share, probability(),
          "part of the service time that holds a core too; assumed");
    visit("replication", &Store::replication, between(1, 8),
          "copies of each row (N); 3 in the design document");
    visit("read_quorum", &Store::read_quorum, between(1, 8), "replies that a read waits for (R)");
    visit("write_quorum", &Store::write_quorum, between(1, 8),
          "acknowledgements that a write waits for (W)");
    visit("read_from", &Store::read_from, Choice{},
          "whom a read asks: all replicas, of which the first R answers count, or R replicas and no more");
    visit("virtual_nodes", &Store::virtual_nodes, between(1, 65536),
          "points of one machine on the hash ring; the load of machines deviates by 1/sqrt of it");
    visit("spread", &Store::spread, Choice{}, "replicas of a row are in different ones of these");
    visit("placement", &Store::placement, Section{}, "which machines hold a row");
    visit("row", &Store::row, more_than(Bytes{0}), "size of a row");
    visit("disks", &Store::disks, between(1, 1000), "of one machine; 4 in the design document");
    visit("disk_capacity", &Store::disk_capacity, more_than(Bytes{0}), "of one disk; 100 TB in the design document");
    visit("growth", &Store::growth, Section{}, "machines that come to this store or leave it during the run");
    visit("disk_fill_at_start", &Store::disk_fill_at_start, probability(),
          "mean over machines, each by its share of the ring; full machines refuse writes. None: what the retention has left, "
          "from when on as much is erased as written");
    visit("compaction", &Store::compaction, Section{}, "background work of the disks");
    visit("repair", &Store::repair, Section{}, "what makes replicas agree again when one of them missed a write");
    visit("consistency", &Store::consistency, Choice{},
          "AP: quorums of R and W replicas; or CP: a leader that orders writes, which a majority of the replicas commits, "
          "and serves reads (read_quorum, write_quorum and read_from have no meaning then)");
    visit("leadership", &Store::leadership, Section{}, "of a table whose rows have leaders");
    visit("regions", &Store::regions, Section{}, "where rows live when the datacenter has several regions");
    shedding_fields<Store>(visit);
    visit("hedge", &Store::hedge, Section{}, "reads that are slow are sent once more");
  }
};

/// Machines that a store has at one time or another: each takes a host.
constexpr int machines_at_most(const Store& store) {
  return store.machines + (store.growth.machines > 0 ? store.growth.machines : 0);
}

struct Stores {
  Store message{.machines = 3000, .row = Bytes{766}};
  Store conversation{.machines = 5000, .row = Bytes{44}};
  Store group{.machines = 400, .row = Bytes{24}};
  Store profile{.machines = 300, .row = Bytes{164}};
  StatusIndex status_index;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("message", &Stores::message, Section{},
          "one row a message: 8+8+50+700 bytes in the design document");
    visit("conversation", &Stores::conversation, Section{},
          "one row for each recipient of a message, with its status: 5 x 8 + 4 bytes in the design document");
    visit("group", &Stores::group, Section{},
          "one row for each member of a group: 8+8+8 bytes in the design document");
    visit("profile", &Stores::profile, Section{},
          "one row a user: 8+100+40+8+8 bytes in the design document");
    visit("status_index", &Stores::status_index, Section{},
          "of conversations: finds those that wait for a login");
  }
};

/// Calls use(name, store) for each table.
template <class AnyStores, class Use>
void for_each_store(AnyStores& stores, const Use& use) {
  use("message", stores.message);
  use("conversation", stores.conversation);
  use("group", stores.group);
  use("profile", stores.profile);
}

}  // namespace chatsim::spec
