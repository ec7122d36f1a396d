#pragma once

#include <optional>
#include <string>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::models {

/// Whether a configuration promises that something does not happen, and why: a predicate over the scenario, not over
/// what a run found.
struct Promise {
  bool promised = false;
  std::string reason;
};

/// How a table treats writes and reads, as far as promises depend on it: what a store can be configured to do is
/// translated here, once.
struct Guarantees {
  enum class Replication { quorum, leader };
  Replication replication = Replication::quorum;
  int replicas = 3;      ///< N
  int read_quorum = 2;   ///< R
  int write_quorum = 2;  ///< W
  /// Machines that are no replicas of the row may acknowledge a write in their place.
  bool sloppy_quorum = false;
  /// Another region, whose copies come later, may answer a read.
  bool copies_answer = false;
  /// From the last disturbance until replicas agree again, at the latest; nothing if nothing mends what one missed.
  std::optional<spec::Seconds> repaired_within = std::nullopt;

  /// Replicas that hold a write when it is acknowledged.
  int holders() const { return replication == Replication::leader ? replicas / 2 + 1 : write_quorum; }
};
Guarantees guarantees_of(const spec::Store& store);

/// For people: "0.5 s", "14 ms".
std::string time_text(spec::Seconds time);

/// "No acknowledged write is lost." A write outlasts the loss of the data of fewer machines at a time than held it when
/// it was acknowledged; of one it must, to be promised at all.
/// \param data_losses machines of the table whose data were gone at the same time in a run, at most.
Promise no_write_lost(const Guarantees& table, int data_losses = 0);

/// "No read is stale." Quorums that must overlap (Gifford 1979), as long as replicas keep what they acknowledged and
/// are the ones that are asked; or the leader's answer.
Promise no_stale_read(const Guarantees& table, int data_losses = 0);

/// "Replicas agree."
/// \param quiet_for since the last disturbance; infinite if there was none.
Promise replicas_agree(const Guarantees& table, spec::Seconds quiet_for);

/// "A device shows each message once."
Promise shown_once();

/// "A device shows a conversation in the order in which it was sent."
Promise shown_in_order(const spec::Scenario& scenario);

/// "A message whose sender was told reaches all recipients."
Promise every_delivery();

/// "Once all is mended and no more messages come, the service heals within faults.settle." Replicas of a table do, if what
/// repairs them has the time. A range with a leader does not once a majority of its replicas has lost its data: who is left
/// cannot know what the others had acknowledged, and only an operator may decide to go on with that.
/// Nor is it promised that an overload ends which faults have set off and which keeps itself up (a metastable failure): that is a matter of
/// what bounds it. And where heartbeats are lost so often that healthy machines are suspected at all times, with nothing
/// broken, there is no rest to come to.
struct BeyondHealing {
  bool majority_lost = false;  ///< So many machines of a table with leaders were without their data at the same time.
  bool overloaded = false;     ///< In some tier more requests wait than are served, or too many are turned away, to the end.
  bool full = false;           ///< Disks of some table take no more rows.
};
Promise heals(const spec::Scenario& scenario, const BeyondHealing& beyond);

/// "Each message and delivery is accounted for", "queues obey Little's law": of the simulator.
Promise books_balance();
Promise queues_obey_little();

}  // namespace chatsim::models
