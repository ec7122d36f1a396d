#pragma once

#include <string>

#include "models/service/context.hpp"
#include "models/store/hash_ring.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/stores.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// A sharded, replicated table: "partition data into shards, consistent hashing to find the shard, replication, CP or
/// AP" (document, step 4c). This is the AP choice, quorums in the manner of Dynamo (DeCandia et al., SOSP 2007): a
/// write goes to all N replicas and is done when W have it; a read asks all N and is answered by the first R, of which
/// the newest version counts.
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

  /// Where a key lives. \param key not 0.
  struct Shard {
    std::uint64_t key;
    HashRing::Replicas replicas;
  };
  Shard shard(std::uint64_t key) const;
  /// The memory that shard() will read, to be fetched ahead.
  const void* shard_hint(std::uint64_t key) const { return ring_.hint(key); }

  /// `const sim::Reply reply = co_await store.put(...)`: a row is written, or not by a quorum in time.
  /// \param next memory that the caller will touch afterwards (CallOptions::next).
  Write put(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops, const void* next = nullptr);
  /// A read of `rows` rows that lie together under one key.
  Read get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops);

  sim::TierIndex tier() const { return tier_; }
  const HashRing& ring() const { return ring_; }
  const VersionTable& versions() const { return versions_; }

  void begin_measuring() { counts_ = {}; }
  spec::StorageSummary summary(sim::Duration measured) const;
  std::uint64_t stale_reads() const { return counts_.stale_reads; }
  /// Writes that were acknowledged although fewer than W replicas held them: always 0, unless replicas lose data.
  std::uint64_t lost_acknowledged() const { return counts_.lost; }

 private:
  struct Counts {
    std::uint64_t rows_written = 0;
    std::uint64_t rows_read = 0;
    std::uint64_t stale_reads = 0;
    std::uint64_t lost = 0;
  };

  static sim::Served serve_write(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_read(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void prefetch_row(void* self, const sim::CallRecord& call);
  using Times = std::array<sim::Duration, sim::Rpc::most_legs>;
  Times draw_times(const sim::Sampler& sampler, Hops& hops) const;
  sim::Call call(const Shard& shard, const sim::CallOptions& options, const Times& times);
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
  sim::Sampler read_time_, write_time_;
  std::uint8_t write_server_, read_server_;
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
      : store_(store), key_(shard.key), version_(version), call_(store.call(shard, options, times)) {}

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
      : store_(store), key_(shard.key), rows_(rows), call_(store.call(shard, options, times)) {}

  Store& store_;
  std::uint64_t key_, owed_ = 0;
  std::uint32_t rows_;
  sim::Call call_;
};

}  // namespace chatsim::models
