#pragma once

#include <memory>
#include <string>

#include "models/service/context.hpp"
#include "models/store/anti_entropy.hpp"
#include "models/store/compaction.hpp"
#include "models/store/disk_fill.hpp"
#include "models/store/leader_store.hpp"
#include "models/store/leg_times.hpp"
#include "models/store/losses.hpp"
#include "models/store/rebalancing.hpp"
#include "models/store/region_copies.hpp"
#include "models/store/repair.hpp"
#include "models/store/row_placement.hpp"
#include "models/store/staleness.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/stores.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// A sharded, replicated table: "partition data into shards, consistent hashing to find the shard, replication, CP or
/// AP" (document, step 4c). AP are quorums in the manner of Dynamo (DeCandia et al., SOSP 2007): a write goes to all N
/// replicas and is done when W have it; a read asks all N, or R of them, and is answered by the first R, of which the newest
/// version counts. CP are leaders: LeaderStore.
///
/// The machine that calls is the coordinator.
class Store {
 public:
  /// \param number tells the tables of a scenario apart.
  Store(Context& context, const std::string& name, const spec::Store& store, std::uint32_t number);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  class Write;
  class Read;

  /// Where a row lives. Its key tells its place on the ring too, in the upper half.
  struct Shard {
    std::uint64_t key;  ///< Not 0.
    HashRing::Replicas replicas;
    std::uint32_t joining = 0;  ///< Further machines behind the replicas, which are written to and not read.
  };
  /// \param partition rows of one partition lie together: by default each row is one.
  /// \param region where its rows are at home, if the store has them there.
  Shard shard(std::uint64_t key) const { return shard(key, key); }
  Shard shard(std::uint64_t key, std::uint64_t partition, std::uint32_t region = 0) const {
    constexpr std::uint64_t upper_half = ~std::uint64_t{0} << 32;
    std::uint64_t row = (spread(partition) & upper_half) | (spread(key) & ~upper_half);
    row += row == 0;
    if (homes_) [[unlikely]] {
      row = Homes::with_region(row, region);
      row += row == 0;
      return {row, ring_.replicas_at(position_of_row(row))};
    }
    versions_.prefetch(row);  // While the ring is searched.
    Shard shard{row, ring_.replicas_at(position_of_row(row))};
    // While the caller draws the times that they need.
    for (std::uint32_t i = 0; i < ring_.replication(); ++i) context_.world.fleet.prefetch_for_request(first_ + shard.replicas[i]);
    if (rebalancing_ != nullptr) [[unlikely]] shard.joining = rebalancing_->add_joining(position_of_row(row), shard.replicas);
    return shard;
  }
  /// The machines that hold a row, as its key tells.
  HashRing::Replicas replicas_of(std::uint64_t row) const { return ring_.replicas_at(position_of_row(row)); }
  /// The memory that shard() will read, to be fetched ahead.
  const void* shard_hint(std::uint64_t partition) const { return ring_.hint(partition); }

  /// What a write is to the table: rows that were not there, or rows that were.
  enum class Change : std::uint8_t { insert, update };
  struct WriteOptions {
    Step step;
    Change change = Change::insert;
    std::uint32_t rows = 1;      ///< Of one partition, written in one request.
    const void* next = nullptr;  ///< Memory that the caller will touch afterwards (CallOptions::next).
    Deadline deadline = {};      ///< Of whoever waits for the caller.
  };
  /// `const sim::Reply reply = co_await store.put(...)`: rows are written, or not by a quorum in time.
  Write put(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops);
  /// The same as plain calls, to be made in parallel or posted: nobody notes whether they were committed, so that nobody
  /// is owed them.
  sim::Call insert(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops) {
    return write(coordinator, shard, {.step = step}, hops);
  }
  sim::Call update(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops, std::uint32_t rows = 1) {
    return write(coordinator, shard, {.step = step, .change = Change::update, .rows = rows}, hops);
  }
  /// A read of `rows` rows of one partition, of which the shard's is the one that must not be stale.
  /// \param scan time that each replica needs beside to find them.
  Read get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops,
           sim::Duration scan = {});
  /// A read of one row that is never changed, so that it cannot be stale: a plain call, to be made in parallel.
  sim::Call fetch(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops);

  const std::string& name() const { return name_; }
  const spec::Store& options() const { return spec_; }
  sim::TierIndex tier() const { return tier_; }
  const RowPlacement& ring() const { return ring_; }
  sim::MachineIndex machine(std::uint32_t number) const { return first_ + number; }
  const VersionTable& versions() const { return versions_; }
  /// What goes to other regions; nullptr if nothing does.
  RegionCopies* region_copies() { return copies_.get(); }
  const RegionCopies* region_copies() const { return copies_.get(); }
  const Homes* homes() const { return homes_; }

  /// Takes over what has changed in its part of the scenario, of what may change while it serves (spec::live_fields).
  void reconfigure();

  /// The changes of the scenario go their way.
  void start() {
    if (rebalancing_ != nullptr) rebalancing_->start();
    if (compaction_ != nullptr) compaction_->start();
  }
  /// Machines that join or leave, or are rebuilt; none so far if there is none.
  const Rebalancing* rebalancing() const { return rebalancing_.get(); }
  /// A machine of the store lost all that it held: rows, and hints for others. As soon as it is up it begins to copy what
  /// it is to hold from the others; until it has that, it is written to and not read.
  void lose_data(sim::MachineIndex machine);

  /// The disks of a machine of the store are full: it refuses new rows, until they no longer are.
  void set_disk_full(sim::MachineIndex machine, bool full) {
    fill_.set_full(machine - first_, full);
    disks_matter_ = true;
  }

  /// Every write takes so much longer, as a part of its write_time: for entries of an index.
  void slow_writes(double by) { slower_writes_ = by; }

  /// Where rows have leaders; otherwise nullptr.
  const LeaderStore* leaders() const { return leaders_.get(); }

  void begin_measuring();
  spec::DiskFillSummary disk_fill(sim::Duration measured) const;
  bool has_full_disks() const { return fill_.any_full(); }
  /// None if the scenario wants none.
  const Compaction* compaction() const { return compaction_.get(); }
  spec::StorageSummary summary(sim::Duration measured) const;
  std::uint64_t rows_read() const { return counts_.rows_read; }
  spec::ConsistencySummary consistency() const;
  /// Rows on which replicas have differed for longer than that.
  std::uint64_t rows_differing_for(spec::Seconds time) const;
  std::uint64_t stale_reads() const { return staleness_.rows() + (copies_ ? copies_->stale_reads() : 0); }
  /// Writes that were acknowledged and that nobody holds any more, nor is about to. While no data was lost, and no other
  /// machine stands in for a replica, also those that were acknowledged although fewer than W replicas held them: none.
  std::uint64_t lost_acknowledged() const;

 private:
  struct Counts {
    std::uint64_t rows_written = 0;
    std::uint64_t rows_inserted = 0;
    std::uint64_t rows_read = 0;
    std::uint64_t rows_got = 0;  ///< By reads of which it is known whether they are stale.
    std::uint64_t lost = 0;
  };

  static sim::Served serve_write(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void write_unserved(void* self, const sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_read(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void prefetch_row(void* self, const sim::CallRecord& call);
  using Times = LegTimes;
  std::uint32_t read_times() const { return read_legs_ + (hedging_ != 0 ? 1 : 0); }
  /// Which replicas a read asks, four bits for each, and how many. One that is asked in reserve is not among them.
  struct Asked {
    std::uint64_t replicas = 0;
    std::uint32_t count = 0;
  };
  /// Of the replicas of a row, or of its further holders: the number of the machine that serves a leg.
  std::optional<std::uint32_t> holder(const sim::Leg& leg, std::uint64_t key) const {
    return rebalancing_->holder(position_of_row(key), leg.header.machine - first_);
  }
  RowPlacement ring_of(std::uint32_t machines) const;
  void allow_changes();
  bool take_on_disk(const sim::Leg& leg, const sim::CallRecord& call);
  Times draw_times(const sim::Sampler& sampler, std::uint32_t legs, Hops& hops) const;
  sim::CallOptions write_options(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options,
                                 std::uint64_t version, const Hops& hops) const;
  sim::Call write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops);
  std::uint64_t new_version(std::uint64_t row, std::uint32_t holders);
  std::uint64_t begin_write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options);
  sim::CallOptions read_options(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step,
                                const Hops& hops) const;
  sim::Call write_call(const Shard& shard, const sim::CallOptions& options, const Times& times);
  /// \param asked if given: told whom it asks.
  sim::Call read_call(const Shard& shard, sim::CallOptions options, const Times& times, Asked* asked = nullptr);
  // Of a region that answers for the home: in place of a version, or of the replicas at home.
  static constexpr std::uint64_t elsewhere = std::uint64_t{1} << 62;
  sim::Call write_elsewhere(const Shard& shard, sim::CallOptions options, const Times& times);
  sim::Call read_elsewhere(const Shard& shard, std::uint32_t region, sim::CallOptions options, const Times& times);
  void written(std::uint64_t key, std::uint64_t version);
  void read(const Repair::ReadResult& read, std::uint64_t owed, std::uint32_t rows);
  bool held(std::uint64_t key, std::uint64_t version) const;
  void decide_losses(std::uint64_t row);
  void found_stale(const Repair::ReadResult& read, std::uint64_t owed, std::uint32_t rows);

  Context& context_;
  std::string name_;
  const spec::Store& spec_;
  sim::TierIndex tier_;
  sim::MachineIndex first_;
  std::uint32_t number_;
  RowPlacement ring_;
  const Homes* homes_;  // Of several regions, if rows live in one of them: it is the ring then.
  VersionTable versions_;
  bool mixtures_;
  std::uint32_t read_legs_;
  std::uint8_t hedging_;  // Of reads: they have one more leg, in reserve. 0: none.
  sim::Sampler read_time_, write_time_;
  std::uint8_t write_server_, update_server_, read_server_;
  DiskFill fill_;
  std::unique_ptr<Compaction> compaction_;
  bool disks_matter_;  // Writes have to ask them.
  double slower_writes_ = 0;
  std::unique_ptr<Rebalancing> rebalancing_;  // Once machines change, or one has lost its data.
  VersionAges ages_;
  Repair repair_;
  AntiEntropy anti_entropy_;
  Losses losses_;
  bool data_lost_ = false;
  Staleness staleness_;
  std::unique_ptr<LeaderStore> leaders_;
  std::uint32_t holders_owed_;  // Of an acknowledged write.
  std::unique_ptr<RegionCopies> copies_;
  Counts counts_;
};

class [[nodiscard]] Store::Write {
 public:
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { call_.await_suspend(coroutine); }
  sim::Reply await_resume() {
    const sim::Reply reply = call_.await_resume();
    // A leader says itself which version it became.
    if (reply.outcome == sim::Outcome::ok) store_.written(key_, version_ != 0 ? version_ : reply.value);
    return reply;
  }

 private:
  friend class Store;
  Write(Store& store, const Shard& shard, std::uint64_t version, const sim::CallOptions& options, const Times& times)
      : store_(store), key_(shard.key), version_(version), call_(store.write_call(shard, options, times)) {}

  Store& store_;
  std::uint64_t key_, version_;
  sim::Call call_;
};

class [[nodiscard]] Store::Read {
 public:
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    owed_ = store_.versions_.committed(key_);
    call_.await_suspend(coroutine);
  }
  sim::Reply await_resume() {
    const sim::Reply reply = call_.await_resume();
    if (reply.outcome == sim::Outcome::ok)
      store_.read({coordinator_, key_, reply.value, asked_.replicas, asked_.count}, owed_, rows_);
    return reply;
  }

 private:
  friend class Store;
  Read(Store& store, const Shard& shard, std::uint32_t rows, const sim::CallOptions& options, const Times& times)
      : store_(store),
        key_(shard.key),
        rows_(rows),
        coordinator_(options.client),
        call_(store.read_call(shard, options, times, &asked_)) {}

  Store& store_;
  std::uint64_t key_, owed_ = 0;
  Asked asked_;
  std::uint32_t rows_;
  sim::MachineIndex coordinator_;
  sim::Call call_;
};

}  // namespace chatsim::models
