#pragma once

#include "models/store/catch_up.hpp"
#include "models/store/leg_times.hpp"

namespace chatsim::models {

/// The CP choice of a table: every row has a leader that orders its writes and serves its reads (document, step 4c).
///
///     write: coordinator --> leader: writes it down, appends it to the other replicas in parallel
///                                      followers: write it down, unless they know a newer term
///                            leader: a majority has it: committed, applied, acknowledged; otherwise refused
///     read:  coordinator --> leader: answers by itself while it has its lease
///
/// A version is given out by the leader; the leader applies it only when it is committed, so that no read ever shows what
/// may be lost. Each is one call for who makes it. A coordinator sends to the leader it knows of: of a new one it hears when
/// that was elected and a way through the network later, as by a redirect to whoever asks; where it believes that machine
/// to be down, it asks another replica, which forwards to the leader it follows (the leg there takes as long as the write or
/// read itself) or refuses.
class LeaderStore {
 public:
  struct Parts {
    Context& context;
    const RowPlacement& ring;
    VersionTable& versions;
    const spec::Store& store;
    sim::MachineIndex first;
    std::uint32_t number;
    /// Whether a machine, by its number in the store, has the rows that it is to hold.
    std::function<bool(std::uint32_t machine)> has_data;
    /// A write of a row begins. \returns its version.
    std::function<std::uint64_t(std::uint64_t row)> new_version;
  };
  explicit LeaderStore(const Parts& parts);
  LeaderStore(const LeaderStore&) = delete;
  LeaderStore& operator=(const LeaderStore&) = delete;

  using Times = LegTimes;
  /// Reply::value is the version. \param times of the leader, then of the others.
  sim::Call write(std::uint64_t key, const HashRing::Replicas& replicas, const sim::CallOptions& options,
                  const Times& times);
  sim::Call read(std::uint64_t key, const HashRing::Replicas& replicas, sim::CallOptions options, const Times& times);

  /// Replicas that hold an acknowledged write at least.
  std::uint32_t majority() const { return leaders_.majority(); }
  const Leaders& leaders() const { return leaders_; }
  /// A machine lost its data, or has it again.
  void data_changed() { leaders_.data_changed(); }
  /// The table's times have changed.
  void reconfigure() {
    elections_.reconfigure();
    catch_up_.reconfigure();
  }
  void begin_measuring();
  /// Ranges that have no leader now.
  std::uint64_t leaderless() const;
  spec::LeadershipSummary summary(const std::string& name) const;

 private:
  struct Write {
    std::uint64_t key;
    std::uint64_t trace;
    HashRing::Replicas replicas;
    Times times;
    sim::Duration timeout;
    std::uint32_t request_bytes, reply_bytes;
    float cpu_share;
    std::uint8_t step;
    std::uint8_t replica;  // That it was sent to.
    bool forwarded = false;
  };
  struct Counts {
    std::uint64_t forwarded = 0, refused_no_leader = 0, refused_no_majority = 0, refused_by_lease = 0;
  };

  unsigned target(Leaders::Range* range, const HashRing::Replicas& replicas, sim::MachineIndex coordinator) const;
  sim::Call write_to(sim::MachineIndex client, const Write& write);
  sim::Task<void> take(Write write, sim::ReplyTo done);
  sim::Call append(const Write& write, Leaders::Term term, std::uint64_t version);
  sim::Task<void> forward_read(sim::CallOptions options, sim::LegOptions leg, sim::ReplyTo done);
  std::optional<unsigned> next_for(Leaders::Range* range, unsigned replica, bool forwarded);
  static sim::Served serve_append(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void append_unserved(void* self, const sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_read(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void prefetch_row(void* self, const sim::CallRecord& call);

  Parts parts_;
  Leaders leaders_;
  Elections elections_;
  CatchUp catch_up_;
  std::uint8_t append_server_, read_server_;
  Counts counts_;
};

}  // namespace chatsim::models
