#pragma once

#include <cstdint>

#include "models/service/deadline.hpp"
#include "models/service/degradation.hpp"
#include "models/service/jitter.hpp"
#include "models/service/ledger.hpp"
#include "models/service/membership.hpp"
#include "models/service/message.hpp"
#include "models/service/regions.hpp"
#include "models/service/timeline.hpp"
#include "models/service/traces.hpp"
#include "scenarios/spec/scenario.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {

/// Random streams of the service: one a purpose. Numbers are part of what a seed means; new ones go to the end.
enum class Stream : std::uint32_t {
  arrivals = 1,     ///< By number of the message: when it comes.
  senders = 2,      ///< By message: who writes to whom.
  service = 3,      ///< By message and hop: how long servers take.
  online = 4,       ///< By user.
  home = 5,         ///< By user and epoch: the gateway.
  group_size = 6,   ///< By group.
  members = 7,      ///< The permutation that strews members over users.
  ring = 8,         ///< By store, machine and virtual node.
  residency = 9,    ///< By user: when the cache used the profile last before the run.
  access = 10,      ///< By user: the network between client and gateway.
  sessions = 11,    ///< The permutation that strews logins over users.
  earlier = 12,     ///< By message before the run: who wrote it, and to whom.
  mailbox = 13,     ///< By user and login: what was kept before the run.
  reading = 14,     ///< By message and recipient: whether and when it is read.
  changes = 15,     ///< By number of the change of a group or a profile.
  login = 16,       ///< By login: how long servers take.
  attachment = 17,  ///< By message: whether it has one, and which.
  blob_size = 18,   ///< By object.
  blob = 19,        ///< By object or download and hop: how long servers take.
  write_behind = 20,  ///< By cache machine and batch: how long stores take.
  hand_over = 21,   ///< By number of what is handed over again after a failure: how long stores take.
  balancing = 22,     ///< By number of the choice and tier: which machines are looked at.
  coordination = 23,  ///< By number of the request to the coordination service: how long its machines take.
  heartbeat = 24,     ///< By machine: when it sends; with the number of the heartbeat: whether that is lost. By viewer: when it reads.
  false_alarm = 25,   ///< By number: when the next healthy machine is suspected, and which.
  compaction = 26,  ///< By store and machine: where it is between two flushes when the run begins.
  repair = 27,      ///< By number of the repair: how long stores take.
  leadership = 28,  ///< By store and machine: when heartbeats go; by store, range and term: when votes are asked for.
  region_copy = 29,  ///< By store, and batch or write that is copied: how long stores take.
  faults = 30,       ///< By kind and number of the failure: when, which element, until when.
  packet_loss = 31,  ///< By number of the message that crosses a lossy link.
  retry = 32,        ///< By message and attempt: how long its client pauses.
};

/// Where the random numbers of one message, of one of its deliveries, of a login or a change come from: each use is the
/// next hop of its own range, so that no use depends on what happened before to another message or another member.
class Hops {
 public:
  enum class Trace : bool { off, on };
  Hops(sim::RandomKey key, Stream stream, std::uint64_t id, std::uint32_t first, Trace trace = Trace::off)
      : key_(key), id_(id), hop_(first), stream_(static_cast<std::uint32_t>(stream)), trace_(0) {
    if (trace == Trace::on && is_on_the_way(first)) trace_ = (first / uses + 1) & most_traced;
  }

  sim::Draw next() { return {key_, stream_, id_, hop_++}; }
  /// CallOptions::trace of the calls that are made here: the message (the lower bits of its number, which is all of one that
  /// users send) and the range; 0 if it is not followed.
  std::uint64_t trace() const { return trace_ == 0 ? 0 : id_ << trace_bits | trace_; }
  /// What is done here is a part of what is done there.
  Hops& traced_as(const Hops& other) {
    trace_ = other.trace_;
    return *this;
  }
  /// Of a request and its answer.
  sim::WireDelays delays(const Jitter& jitter) {
    const sim::Draw there = next();
    return jitter.sample(there, next());
  }

  // First hops of what happens to a message: at the author's gateway, at its messaging server, in its fan-out, on
  // the way to each recipient, there, and what comes back from it. A range has room for 64 uses.
  static constexpr std::uint32_t of_message = 0;
  static constexpr std::uint32_t of_send = 64;
  static constexpr std::uint32_t of_fanout = 128;
  static constexpr std::uint32_t of_author = 192;
  static constexpr std::uint32_t ranges_of_recipient = 7;
  static constexpr std::uint32_t to_recipient(std::uint32_t index) { return range(index, 0); }
  static constexpr std::uint32_t of_recipient(std::uint32_t index) { return range(index, 1); }
  static constexpr std::uint32_t of_location(std::uint32_t index) { return range(index, 2); }
  static constexpr std::uint32_t of_device(std::uint32_t index) { return range(index, 3); }
  static constexpr std::uint32_t of_receipt(std::uint32_t index) { return range(index, 4); }
  static constexpr std::uint32_t of_reading(std::uint32_t index) { return range(index, 5); }
  static constexpr std::uint32_t of_read_receipt(std::uint32_t index) { return range(index, 6); }

  /// What a trace says.
  static constexpr std::uint64_t message_of(std::uint64_t trace) { return trace >> trace_bits; }
  static constexpr std::uint64_t message_of(MessageId message) {
    return static_cast<std::uint64_t>(message) << trace_bits >> trace_bits;
  }
  static constexpr std::uint32_t first_of(std::uint64_t trace) {
    return (static_cast<std::uint32_t>(trace & most_traced) - 1) * uses;
  }

 private:
  static constexpr std::uint32_t uses = 64, trace_bits = 24, most_traced = (1U << trace_bits) - 1;

  static constexpr std::uint32_t range(std::uint32_t index, std::uint32_t number) {
    return 256 + (ranges_of_recipient * index + number) * uses;
  }
  /// Up to the recipient's device. Nobody waits for what comes after.
  static constexpr bool is_on_the_way(std::uint32_t first) {
    return first < of_author || (first >= 256 && (first - 256) / uses % ranges_of_recipient <= 2);
  }

  sim::RandomKey key_;
  std::uint64_t id_;
  std::uint32_t hop_;
  std::uint32_t stream_ : 8;
  std::uint32_t trace_ : trace_bits;  ///< Range + 1; 0: not traced.
};

/// What every service needs from its surroundings.
struct Context {
  sim::World& world;
  const spec::Scenario& scenario;
  sim::RandomKey random;
  Ledger ledger;
  Timeline timeline;
  Degradation degradation;
  Membership membership;
  Jitter jitter;
  Regions regions;
  Traces traces;
  sim::Duration longest_timeout;  ///< Of requests that may be under way: deadlines may change while the service runs.

  Context(sim::World& the_world, const spec::Scenario& the_scenario)
      : world(the_world),
        scenario(the_scenario),
        random{the_scenario.seed},
        timeline({.window = sim::to_duration(the_scenario.simulation.window),
                  .late = sim::to_duration(the_scenario.faults.late)}),
        degradation(the_world, the_scenario.resilience.degradation),
        membership(the_world.fleet),
        jitter(the_scenario.network.jitter),
        regions(the_world.fleet, the_world.platform.regions()),
        traces(the_world, the_scenario),
        longest_timeout(sim::to_duration(the_scenario.network.request_timeout)) {
    if (jitter.on()) the_world.rpc.use_wire_delays();
    the_world.wire.set_retransmission({.random = random,
                                       .stream = static_cast<std::uint32_t>(Stream::packet_loss),
                                       .timeout = sim::to_duration(the_scenario.network.retransmission_timeout)});
    if (propagates_deadlines()) the_world.rpc.drop_expired();
  }

  Hops hops(MessageId message, std::uint32_t first) const {
    return {random, Stream::service, static_cast<std::uint64_t>(message), first,
            traces.takes(message) ? Hops::Trace::on : Hops::Trace::off};
  }
  Hops hops(Stream stream, std::uint64_t id, std::uint32_t first = 0) const { return {random, stream, id, first}; }
  sim::Draw draw(Stream stream, std::uint64_t id, std::uint32_t step = 0) const {
    return {random, static_cast<std::uint32_t>(stream), id, step};
  }
  sim::Duration timeout() const { return sim::to_duration(scenario.network.request_timeout); }
  bool propagates_deadlines() const { return scenario.resilience.deadlines == spec::Deadlines::propagate; }
  /// Of what is done for somebody who begins to wait now.
  Deadline deadline() const {
    return propagates_deadlines() ? Deadline{world.scheduler.now() + timeout()} : Deadline{};
  }
  sim::Duration timeout(Deadline deadline) const { return deadline.left(world.scheduler.now(), timeout()); }
  /// Bytes on the wire of a request or reply that carries `content`.
  std::uint32_t bytes(spec::Bytes content) const {
    return static_cast<std::uint32_t>((scenario.network.request_overhead + content).value());
  }
};

}  // namespace chatsim::models
