#pragma once

#include "models/blob/object_memory.hpp"
#include "models/population/access_network.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// "For storing/sending pictures/videos": create(blob) returns a URL, which travels in the message; each receiver gets
/// the object by it.
///
///     create:  client ~~~> gateway ---> first machine ---> the others, which write their copy or fragment
///     get:     client <~~~ gateway <--- a machine that has it: from memory, from disk, or from k fragments
///
/// The client's part (~~~) takes its network's time, which the latencies below count but nobody here waits for: what
/// happens in the datacenter begins when the gateway has all of it (in truth it passes it on as it comes, but its card is
/// hundreds of times as fast as the client). The datacenter's part are transfers, which share network cards. Disks are
/// waited for without a thread.
class Blob {
 public:
  Blob(Context& context, const AccessNetwork& access);
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  /// Which messages have an attachment, and its size.
  const Attachments& attachments() const { return attachments_; }

  /// create(blob): begins when the gateway has what the client sent and ends when the object is safe. To be run on the
  /// author's gateway. A hot object is there already: its URL is passed on at once.
  sim::Task<sim::Outcome> create(sim::MachineIndex gateway, UserId author, BlobUrl url);
  /// get(): begins when the gateway is asked and ends when it has the last byte. To be run on the receiver's gateway.
  sim::Task<sim::Outcome> get(sim::MachineIndex gateway, UserId receiver, BlobUrl url);

  void begin_measuring();
  spec::BlobSummary summary(sim::Duration measured) const;
  sim::Histogram blob_upload;    ///< From when the client begins to send until it has the URL.
  sim::Histogram blob_download;  ///< From the client's request to its last byte.

  const AppTier& tier() const { return tier_; }
  /// Takes over what has changed in the scenario.
  void reconfigure() { tier_.reconfigure(spec_); }
  const Placement& placement() const { return placement_; }
  const ObjectMemory& memory() const { return memory_; }
  /// What the disks would hold in the steady state, over what they can: above 1 it does not fit. A run begins with at
  /// most 0.95 of them filled, and as much expires as comes.
  double stated_fill() const { return stated_fill_; }

  /// Begun = done + failed + open, over the whole run.
  struct Counts {
    std::uint64_t begun = 0, done = 0, failed = 0;
    std::int64_t open = 0;
  };
  const Counts& uploads() const { return uploads_; }
  const Counts& downloads() const { return downloads_; }

 private:
  class Operation;
  class Upload;

  sim::Time now() const { return context_.world.scheduler.now(); }
  std::uint32_t number_of(sim::MachineIndex machine) const { return machine - tier_.machine(0); }
  void fill_disks();
  void erase_expired(sim::MachineIndex machine, spec::Bytes as_much_as);
  sim::Duration patience(spec::Bytes size) const;
  sim::Duration coding_time(spec::Bytes size) const;
  /// Machines to be asked one after the other before giving up: one of them can help as long as the object is safe.
  std::uint32_t attempts() const { return placement_.parts() - placement_.enough() + 1; }
  sim::MachineIndex candidate(sim::MachineIndex chooser, BlobUrl url, std::uint64_t begin, std::uint32_t attempt) const;

  sim::Task<void> keep(sim::ReplyTo done, sim::MachineIndex self, BlobUrl url, Hops hops);
  sim::Call keep_parts(sim::MachineIndex self, BlobUrl url, Hops& hops);
  sim::Task<void> keep_part(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex from, BlobUrl url,
                            std::uint32_t part);
  sim::Task<void> send_object(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex gateway, BlobUrl url,
                              Hops hops);
  /// Whom a machine asks for fragments: k of them, the data if they are there, or everybody.
  enum class Ask : std::uint8_t { enough, all };
  struct Fragments {
    std::array<sim::MachineIndex, Placement::most_parts> machine;
    std::uint32_t count = 0;
    bool to_be_decoded = false;
  };
  sim::Task<bool> gather(sim::MachineIndex self, BlobUrl url, Hops hops);
  Fragments fragments_to_ask(sim::MachineIndex chooser, BlobUrl url, Ask ask) const;
  sim::Call ask_for(const Fragments& fragments, sim::MachineIndex self, BlobUrl url, Hops& hops);
  sim::Task<void> send_fragment(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex asker, BlobUrl url);
  static sim::Served part_served(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served fragment_served(void* self, sim::Leg& leg, sim::CallRecord& call);

  Context& context_;
  const spec::Blob& spec_;
  const AccessNetwork& access_;
  Attachments attachments_;
  AppTier tier_;
  Placement placement_;
  ObjectMemory memory_;
  std::uint8_t part_server_, fragment_server_;
  double stated_fill_ = 0;

  Counts uploads_, downloads_;
  struct Measured {
    std::uint64_t uploads = 0, downloads = 0, failed = 0, passed_on = 0, cache_hits = 0;
    double bytes_up = 0, bytes_down = 0;
  };
  Measured measured_;
};

}  // namespace chatsim::models
