#pragma once

#include "models/store/leaders.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/stores.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// How a range gets another leader. A follower that has heard of none for its patience asks the other replicas for their
/// votes (Raft: Ongaro and Ousterhout, ATC 2014); the first of the list asks first, so that votes are not split. With those
/// of a majority, its own among them, it takes over what any voter holds: for each row that replicas may differ in the newest
/// version, which it brings to a majority before it serves.
///
/// Why no acknowledged write is lost (the argument of Paxos): a write was acknowledged when a majority held it, and whoever
/// holds it keeps it. Two majorities have a member in common. That one took the write before it voted, since after its vote
/// it refuses what comes from older terms; so it brings the write, or a newer one, into the election. What one replica took
/// and nobody acknowledged may come back so, or not: who wrote it was told neither.
class Elections {
 public:
  Elections(Context& context, Leaders& leaders, VersionTable& versions, const spec::Store& store);
  Elections(const Elections&) = delete;
  Elections& operator=(const Elections&) = delete;

  /// The first replica is to lead again: whoever leads gives up its place, and the first asks for votes at once.
  void transfer(Leaders::Range& range);
  void reconfigure() { write_time_ = sim::Sampler(spec_.write_time); }
  /// Notes rows of ranges without a leader: a scan of all that replicas differ in, once for all that began together.
  void gather_rows();

 private:
  /// What a range's new leader brings to the others.
  struct Adopted {
    std::uint64_t key, version;
  };

  sim::Task<void> elect(std::uint32_t number);
  sim::Task<void> give_back(std::uint32_t number);
  sim::Task<bool> stand(std::uint32_t number, unsigned candidate, Leaders::Cause cause);
  std::vector<Adopted> to_adopt(const Leaders::Range& range, unsigned candidate) const;
  sim::Call ask(const Leaders::Range& range, unsigned candidate, sim::CallOptions options, sim::Duration service);
  static sim::Served serve_vote(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served serve_adopted(void* self, sim::Leg& leg, sim::CallRecord& call);
  std::optional<unsigned> replica_on(const Leaders::Range& range, sim::MachineIndex machine) const;

  Context& context_;
  Leaders& leaders_;
  VersionTable& versions_;
  const spec::Store& spec_;
  sim::Sampler write_time_;
  std::uint8_t vote_server_, adopt_server_;
  bool rows_missing_ = false;  // Some range without a leader has none noted yet.
  std::map<std::uint32_t, std::vector<Adopted>> adopted_;  // By range, while an election brings them.
};

}  // namespace chatsim::models
