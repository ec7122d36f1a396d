#pragma once

#include <optional>
#include <vector>

#include "models/service/context.hpp"
#include "models/service/flat_table.hpp"
#include "models/store/homes.hpp"
#include "sim/kernel/random/sampler.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// What a region commits goes to the regions that have copies of its rows, and nobody waits for it:
///
///     home region    write --> quorum: committed         | every copy_every a batch
///                              its machine notes it -----+----------- WAN ----------> a machine of the other region logs
///                                                                                     the batch, then writes each row to
///                                                                                     the replicas there: applied
///
/// What is not yet applied is stored, and nothing else. A batch that is not answered is sent again, by another machine of
/// the region if the one that noted it is down; what arrives twice is applied once. Of concurrent writes to one row in two
/// regions the last one would win; that is not modelled.
class RegionCopies {
 public:
  struct Options {
    std::uint32_t number;     ///< Of the store.
    sim::MachineIndex first;  ///< Of its tier.
    const sim::Sampler& write_time;
  };
  RegionCopies(Context& context, const Homes& homes, const spec::Store& store, const Options& options);
  RegionCopies(const RegionCopies&) = delete;
  RegionCopies& operator=(const RegionCopies&) = delete;

  /// To be called for each replica that has served a write, of whichever region: the one that completes the quorum commits
  /// it. Marks the leg's value.
  void served(sim::Leg& leg, sim::CallRecord& call);

  enum class Use : std::uint8_t { read, write };
  /// The region whose replicas a coordinator asks for a row. Counts it if that is not the home.
  std::uint32_t region_for(sim::MachineIndex coordinator, std::uint64_t row, Use use);
  /// A region is asked for a row: counted if it does not have a committed write yet.
  void note_read(std::uint64_t row, std::uint32_t region);
  /// What serves writes to another region than the home: a replica there has no entry in the table of versions.
  std::uint8_t write_server() const { return write_server_; }

  /// The data of a region are gone: so are the writes that nobody else has.
  void lose(std::uint32_t region);

  std::uint64_t waiting() const { return open_; }
  std::uint64_t stale_reads() const { return counts_.stale_reads; }
  void begin_measuring();
  spec::CopySummary summary(const std::string& name, sim::Duration measured) const;

 private:
  /// A committed write that another region does not have yet.
  struct Entry {
    std::uint64_t row;
    std::uint64_t write;  ///< Number of the write; the entries of one write are as many as it has copies.
    sim::Time committed;
    std::uint32_t bytes;
    std::uint32_t generation;  ///< Moves on when it is applied.
    std::uint8_t from, to;     ///< Regions.
    std::uint8_t replicas;     ///< That have it, in `to`.
    bool open;
  };
  struct EntryRef {
    std::uint32_t index, generation;
  };
  /// What a machine has to send to a region.
  struct Queue {
    std::vector<EntryRef> waiting;
    std::uint32_t under_way = 0;  ///< Batches.
    bool pumped = false;
  };
  class Batch;

  static sim::Served serve_elsewhere(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_copy(void* self, sim::Leg& leg, sim::CallRecord& call);
  void committed(std::uint64_t row, sim::MachineIndex machine, std::uint32_t bytes);
  void add(std::uint64_t row, std::uint64_t write, sim::MachineIndex machine, std::uint32_t to, std::uint32_t bytes);
  void close(Entry& entry);
  bool is_open(EntryRef ref) const { return entries_[ref.index].generation == ref.generation; }
  sim::Task<void> pump(std::uint32_t queue);
  void send_some(std::uint32_t queue);
  sim::Task<void> send(sim::MachineIndex self, sim::MachineIndex relay, Batch batch);
  sim::Task<void> apply(sim::ReplyTo done, sim::MachineIndex self, std::vector<EntryRef> entries);
  sim::Call write_call(sim::MachineIndex self, EntryRef ref);
  void give_back(std::uint32_t queue, const std::vector<EntryRef>& entries);
  std::optional<sim::MachineIndex> someone_up(std::uint32_t region, std::uint32_t begin, sim::MachineIndex viewer) const;
  std::uint32_t believed_up(sim::MachineIndex viewer, std::uint64_t row, std::uint32_t region) const;
  bool has_copy(std::uint32_t home, std::uint32_t region) const {
    return (region + homes_.regions() - home) % homes_.regions() <= copies_;
  }
  std::uint64_t lost_with(std::uint32_t region) const;
  bool region_is_down(std::uint32_t region) const;
  static std::uint64_t lack_key(std::uint64_t row, std::uint32_t region) {
    return (row ^ (std::uint64_t{region} + 1) * 0x9e3779b97f4a7c15) | 1;
  }
  std::uint32_t queue_of(std::uint32_t machine, std::uint32_t to) const { return machine * homes_.regions() + to; }

  /// Writes of a row that a region does not have.
  struct Lack {
    std::uint64_t key = 0;
    std::uint32_t writes = 0;
  };
  struct Counts {
    std::uint64_t applied = 0, bytes = 0, waiting_max = 0, batches_failed = 0;
    std::uint64_t failover_reads = 0, failover_writes = 0, stale_reads = 0, lost = 0;
  };

  Context& context_;
  const Homes& homes_;
  const spec::Store& spec_;
  std::uint32_t number_;
  sim::MachineIndex first_;
  const sim::Sampler& write_time_;
  std::uint32_t copies_;
  bool fails_over_;
  std::uint32_t overhead_;  // Bytes of a request beside its rows.
  std::uint8_t write_server_, copy_server_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::vector<Queue> queues_;  // By machine and region.
  FlatTable<Lack> lacks_;
  std::uint64_t open_ = 0, writes_ = 0, batches_ = 0;
  sim::Histogram lag_;
  Counts counts_;
};

}  // namespace chatsim::models
