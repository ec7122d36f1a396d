#pragma once

#include <memory>
#include <string>

#include "models/service/context.hpp"
#include "models/store/hash_ring.hpp"
#include "models/store/homes.hpp"
#include "models/store/region_copies.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/stores.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// A sharded, replicated table: "partition data into shards, consistent hashing to find the shard, replication, CP or
/// AP" (document, step 4c). This is the AP choice, quorums in the manner of Dynamo (DeCandia et al., SOSP 2007): a
/// write goes to all N replicas and is done when W have it; a read asks all N, or R of them, and is answered by the first
/// R, of which the newest version counts.
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
  };
  static std::uint32_t position_of(std::uint64_t row) { return static_cast<std::uint32_t>(row >> 32); }
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
      return {row, homes_->replicas(row)};
    }
    versions_.prefetch(row);  // While the ring is searched.
    return {row, ring_.replicas_at(position_of(row))};
  }
  /// The machines that hold a row, as its key tells.
  HashRing::Replicas replicas_of(std::uint64_t row) const {
    return homes_ ? homes_->replicas(row) : ring_.replicas_at(position_of(row));
  }
  /// The memory that shard() will read, to be fetched ahead.
  const void* shard_hint(std::uint64_t partition) const { return ring_.hint(partition); }

  /// What a write is to the table: rows that were not there, or rows that were.
  enum class Change : std::uint8_t { insert, update };
  struct WriteOptions {
    Step step;
    Change change = Change::insert;
    std::uint32_t rows = 1;      ///< Of one partition, written in one request.
    const void* next = nullptr;  ///< Memory that the caller will touch afterwards (CallOptions::next).
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
  Read get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops);
  /// A read of one row that is never changed, so that it cannot be stale: a plain call, to be made in parallel.
  sim::Call fetch(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops);

  sim::TierIndex tier() const { return tier_; }
  const HashRing& ring() const { return ring_; }
  sim::MachineIndex machine(std::uint32_t number) const { return first_ + number; }
  const VersionTable& versions() const { return versions_; }
  /// What goes to other regions; nullptr if nothing does.
  RegionCopies* region_copies() { return copies_.get(); }
  const RegionCopies* region_copies() const { return copies_.get(); }
  const Homes* homes() const { return homes_.get(); }

  void begin_measuring() {
    counts_ = {};
    if (copies_) copies_->begin_measuring();
  }
  spec::StorageSummary summary(sim::Duration measured) const;
  std::uint64_t stale_reads() const { return counts_.stale_reads + (copies_ ? copies_->stale_reads() : 0); }
  /// Writes that were acknowledged although fewer than W replicas held them: always 0, unless replicas lose data.
  std::uint64_t lost_acknowledged() const { return counts_.lost; }

 private:
  struct Counts {
    std::uint64_t rows_written = 0;
    std::uint64_t rows_inserted = 0;
    std::uint64_t rows_read = 0;
    std::uint64_t stale_reads = 0;
    std::uint64_t lost = 0;
    std::uint64_t missed = 0;  ///< Writes that did not reach one of their replicas.
  };

  static sim::Served serve_write(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void write_unserved(void* self, const sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_read(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void prefetch_row(void* self, const sim::CallRecord& call);
  using Times = std::array<sim::Duration, HashRing::most_replicas>;
  Times draw_times(const sim::Sampler& sampler, std::uint32_t legs, Hops& hops) const;
  sim::CallOptions write_options(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options,
                                 std::uint64_t version) const;
  sim::Call write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops);
  std::uint64_t begin_write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options);
  sim::CallOptions read_options(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step) const;
  sim::Call write_call(const Shard& shard, const sim::CallOptions& options, const Times& times);
  sim::Call read_call(const Shard& shard, sim::CallOptions options, const Times& times);
  // Of a region that answers for the home: in place of a version, or of the replicas at home.
  static constexpr std::uint64_t elsewhere = std::uint64_t{1} << 62;
  sim::Call write_elsewhere(const Shard& shard, sim::CallOptions options, const Times& times);
  sim::Call read_elsewhere(const Shard& shard, std::uint32_t region, sim::CallOptions options, const Times& times);
  void written(std::uint64_t key, std::uint64_t version);
  void read(std::uint64_t owed, std::uint64_t got, std::uint32_t rows);

  Context& context_;
  std::string name_;
  const spec::Store& spec_;
  sim::TierIndex tier_;
  sim::MachineIndex first_;
  HashRing ring_;
  VersionTable versions_;
  bool mixtures_;
  std::uint32_t read_legs_;
  sim::Sampler read_time_, write_time_;
  std::uint8_t write_server_, read_server_;
  std::unique_ptr<Homes> homes_;  // Of several regions, if rows live in one of them.
  std::unique_ptr<RegionCopies> copies_;
  Counts counts_;
};

class [[nodiscard]] Store::Write {
 public:
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { call_.await_suspend(coroutine); }
  sim::Reply await_resume() {
    const sim::Reply reply = call_.await_resume();
    if (reply.outcome == sim::Outcome::ok) store_.written(key_, version_);
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
    if (reply.outcome == sim::Outcome::ok) store_.read(owed_, reply.value, rows_);
    return reply;
  }

 private:
  friend class Store;
  Read(Store& store, const Shard& shard, std::uint32_t rows, const sim::CallOptions& options, const Times& times)
      : store_(store), key_(shard.key), rows_(rows), call_(store.read_call(shard, options, times)) {}

  Store& store_;
  std::uint64_t key_, owed_ = 0;
  std::uint32_t rows_;
  sim::Call call_;
};

}  // namespace chatsim::models
