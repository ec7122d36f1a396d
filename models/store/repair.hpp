#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/row_placement.hpp"
#include "models/store/hints.hpp"
#include "models/store/version_ages.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/consistency.hpp"
#include "scenarios/spec/stores.hpp"

namespace chatsim::models {

/// What a replica missed is brought to it in the manner of Dynamo (DeCandia et al., SOSP 2007, sections 4.6 and 4.7):
///
/// - **Hinted handoff.** A write that a replica cannot be sent goes, as a hint, to the next machine along the ring that
///   is up and holds no replica of the row; that one gives it to the replica when it is up again. The coordinator hears
///   at once that a replica has no part in a write: by a rejection or a broken connection that is one latency too early,
///   where there is no way to it the time in which it would have given it up.
/// - **Sloppy quorum**, if wanted: a write leg to a replica that is believed to be down goes to that machine in its place,
///   and its acknowledgement counts. R + W > N then no longer means that a read sees the last write.
/// - **Read repair.** A read that finds a replica behind, and not because the write is still on its way, sends it what it
///   found. What replicas say by then counts, also of those whose answer came too late for the read.
///
/// Everything is bounded: hints a machine, hints on their way to it, rows a second that it gives back.
class Repair {
 public:
  struct Parts {
    const RowPlacement& ring;
    VersionTable& versions;
    const VersionAges& ages;
    sim::MachineIndex first;  ///< Machine of the store.
    const sim::Sampler& write_time;
    std::uint32_t number;  ///< Of the store.
  };
  Repair(Context& context, const spec::Store& store, const Parts& parts);
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  /// A replica will not be sent a version of a row by this leg.
  void missed(const sim::Leg& leg, sim::CallRecord& call);

  /// The table's times or deadlines have changed.
  void reconfigure();

  bool sloppy() const { return spec_.repair.sloppy(); }
  /// Puts another machine in the place of each replica of a write that the client believes to be down.
  void send_elsewhere(sim::MachineIndex client, std::uint64_t key, sim::LegOptions* legs);
  /// Whether a write came to a machine in the place of a replica.
  bool came_elsewhere(const sim::Leg& leg, const sim::CallRecord& call, unsigned replica) const {
    // What a machine gets that joins is meant for it: it is no replica yet.
    return replica < parts_.ring.replication() && leg.header.machine != machine_of(call.argument, replica);
  }
  sim::Served serve_elsewhere(const sim::Leg& leg, const sim::CallRecord& call, unsigned replica);

  /// A read got this version, and has asked these replicas: four bits for each of them.
  struct ReadResult {
    sim::MachineIndex coordinator;
    std::uint64_t key;
    std::uint64_t got;
    std::uint64_t asked;
    std::uint32_t count;
  };
  void after_read(const ReadResult& read);

  /// A machine lost its data, and the hints that it kept with it.
  void lose_data(sim::MachineIndex machine);
  /// Whether a machine keeps a version of a row, or a newer one, for another.
  bool keeps(std::uint64_t key, std::uint64_t version) const;
  std::uint64_t hints_open() const { return hints_.open() + being_given_; }

  void begin_measuring() { counts_ = {}; }
  /// Fills in what is counted here.
  void report(spec::RepairSummary& summary) const;

 private:
  // A hint or a repair as a request: the row is its argument, the version and which replica it is for its value.
  static std::uint64_t packed(std::uint64_t version, std::uint32_t replica) { return version << 3 | replica; }
  static std::uint64_t version_in(std::uint64_t value) { return value >> 3; }
  static std::uint32_t replica_in(std::uint64_t value) { return static_cast<std::uint32_t>(value & 7); }
  static sim::Served serve_hint(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void hint_unserved(void* self, const sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_repair(void* self, sim::Leg& leg, sim::CallRecord& call);

  sim::MachineIndex machine_of(std::uint64_t key, std::uint32_t replica) const {
    return parts_.first + parts_.ring.replicas_at(position_of_row(key))[replica];
  }
  template <class Taken>
  std::optional<sim::MachineIndex> stand_in(sim::MachineIndex client, std::uint64_t key, std::uint32_t replica,
                                            Taken taken) const;
  sim::CallOptions request(sim::MachineIndex client, Step step, std::uint8_t server, std::size_t rows) const;
  void post_row(sim::MachineIndex client, sim::MachineIndex server, std::uint64_t value, sim::CallOptions options);
  void poll_for_targets();
  sim::Task<void> hand_off();
  void hand_off_from(sim::MachineIndex holder);
  sim::Task<void> give(sim::MachineIndex holder, std::uint64_t batch);
  sim::Task<void> take(std::vector<Hint> rows, sim::ReplyTo reply);
  void apply(sim::MachineIndex machine, std::uint64_t key, std::uint64_t version);

  Context& context_;
  const spec::Store& spec_;
  Parts parts_;
  Hints hints_;
  std::size_t rows_of_batch_;
  std::uint8_t hint_server_, repair_server_;
  std::uint64_t number_ = 0;  // Of the next request, for its random numbers.
  bool polling_ = false;
  std::map<std::uint64_t, std::vector<Hint>> given_;  // On their way to their replicas, by number of the batch.
  std::uint64_t being_given_ = 0;
  struct Pace {
    double rows = 0;        // That may be given now.
    sim::Time not_before{};  // Its last attempt failed.
    double share = 1;        // Of the rate that is allowed: less after failures, so that a replica which is busy is not kept so.
    sim::Duration pause{};   // After the next failure.
    std::uint32_t losses = 0;
  };
  std::map<sim::MachineIndex, Pace> paces_;

  struct Counts {
    std::uint64_t missed = 0, kept = 0, replayed = 0, dropped = 0, expired = 0, lost = 0;
    std::uint64_t sloppy = 0, read_repairs = 0;
  };
  Counts counts_;
};

}  // namespace chatsim::models
