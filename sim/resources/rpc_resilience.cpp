#include <utility>

#include "sim/resources/rpc.hpp"

namespace chatsim::sim {

// What callers and servers do so that a tier that is slow or full does not stay so: off the way of all other requests.

std::uint8_t Rpc::add_hedging(const HedgeOptions& options) {
  CHATSIM_CHECK(options.after > Duration{}, "a hedge {} ns after the call", options.after.count());
  CHATSIM_CHECK(hedgings_.size() < 255, "{} kinds of hedged calls", hedgings_.size());
  hedgings_.emplace_back(options);
  if (options.tied) fleet_.watch_queues();
  return static_cast<std::uint8_t>(hedgings_.size());
}

/// The reserve waits for its time in the list of timeouts, from which it vanishes when the call is over.
void Rpc::plan_hedge(CallRecord* record) {
  Leg& first = *record->leg(static_cast<unsigned>(record->legs - record->reserve));
  if (!record->waiter) {
    for (unsigned i = 0; i < record->reserve; ++i) end((&first)[i], closed);
    return;
  }
  Hedging& hedging = hedgings_[record->hedging - 1U];
  hedging.note_call();
  ++counts_of(*record).hedged;
  scheduler_.schedule_timeout(hedging.options().after, arena.handle_of(&first.header));
}

void Rpc::hedge(CallRecord* record) {
  // Its caller died: the deadline ends the call.
  if (!arena.alive(record->waiter)) return;
  const auto first = static_cast<unsigned>(record->legs - record->reserve);
  if (hedgings_[record->hedging - 1U].take()) {
    ++counts_of(*record).hedges_sent;
    if (record->traced) [[unlikely]] tracer_->send_reserve(*record, scheduler_.now());
    return send_legs(record, first, record->legs);
  }
  ++counts_of(*record).hedges_denied;
  for (unsigned i = first; i < record->legs; ++i) end(*record->leg(i), closed);
  record->died = static_cast<std::uint8_t>(record->died + record->reserve);
  if (record->died + record->refused > record->legs - record->needed) {
    // The others have failed already, and the reserve was all there was to hope for.
    complete(record, record->refused > 0 ? Outcome::rejected : Outcome::lost, nullptr);
  }
  release_if_over(record);
}

/// The call is over.
void Rpc::end_hedging(CallRecord* record, Outcome outcome, const Leg* last) {
  bool won = false;
  for (unsigned i = static_cast<unsigned>(record->legs - record->reserve); i < record->legs; ++i) {
    Leg& leg = *record->leg(i);
    if (leg.header.state == prepared) end(leg, closed);
    won |= outcome == Outcome::ok && leg.header.state == answering && leg.since <= last->since;
  }
  if (won) ++counts_of(*record).hedges_won;
}

/// Whether as many of its call as are needed have begun to be served, so long ago that it is known here. The news of
/// one that died since, or refused, is worth nothing: this one is needed.
bool Rpc::is_cancelled(const Leg& leg) const {
  const CallRecord& record = *leg.record();
  const Time now = scheduler_.now();
  unsigned begun = 0;
  for (unsigned i = 0; i < record.legs; ++i) {
    const Leg& other = *record.leg(i);
    if (&other == &leg || !other.has_begun()) continue;
    const bool counts = !record.waiter || (other.header.state >= serving && other.header.state <= answering);
    if (!counts || other.begin() + wire_.latency(other.header.machine, leg.header.machine) > now) continue;
    ++begun;
  }
  return begun >= record.needed;
}

/// It is not served, and nobody is told: its caller has given up, or needs it no more.
void Rpc::drop(Leg& leg) {
  CallRecord* record = leg.record();
  note_unserved(leg);
  end(leg, closed);
  // Should those that are served die, there is one less that could answer.
  ++record->died;
  release_if_over(record);
}

void Rpc::set_priority(std::uint8_t step, std::uint8_t priority_class) {
  CHATSIM_CHECK(step < most_steps && priority_class < priority_classes, "class {} for step {}", priority_class, step);
  priority_of_[step] = priority_class;
}

/// How long the queue may be that a request joins.
std::uint32_t Rpc::queue_limit(const TierOptions& tier, const Leg& leg) const {
  if (tier.shedding != Shedding::priority) return tier.queue_limit;
  const double share = tier.class_shares[priority_of_[leg.header.step]];
  return static_cast<std::uint32_t>(share * tier.queue_limit);
}

Rpc::Queue& Rpc::queue_of(MachineIndex machine, const TierOptions& tier) {
  if (queues_.empty()) queues_.resize(fleet_.size());
  Queue& queue = queues_[machine];
  const bool overloaded = scheduler_.now() - queue.empty_at > tier.codel_interval;
  if (!tier.newest_first || queue.newest_first || !overloaded) return queue;
  // From now on the newest comes first: those that wait are turned round once, later ones join at the head.
  queue.newest_first = true;
  Machine& of = fleet_[machine];
  std::uint32_t before = 0;
  for (std::uint32_t block = of.queue_tail = of.queue_head; block != 0;) {
    const std::uint32_t next = std::exchange(arena.at(block)->next, before);
    before = std::exchange(block, next);
  }
  of.queue_head = before;
  return queue;
}

/// How long the request whose turn it is may have waited.
Duration Rpc::patience_of(MachineIndex machine, const TierOptions& tier) {
  const bool overloaded = scheduler_.now() - queue_of(machine, tier).empty_at > tier.codel_interval;
  return overloaded ? tier.codel_target : tier.codel_interval;
}

void Rpc::join_queue(Leg& leg, Machine& machine, Time arrival) {
  const std::uint32_t block = arena.index_of(&leg);
  bool at_the_head = machine.queue_head == 0;
  if (const TierOptions& tier = fleet_.options(machine.tier); tier.shedding == Shedding::codel) {
    Queue& queue = queue_of(leg.header.machine, tier);
    if (at_the_head) queue = {arrival, false};
    at_the_head |= queue.newest_first;
  }
  if (at_the_head) {
    leg.header.next = machine.queue_head;
    if (machine.queue_head == 0) machine.queue_tail = block;
    machine.queue_head = block;
  } else {
    arena.at(machine.queue_tail)->next = block;
    machine.queue_tail = block;
  }
}

void Rpc::guard_clients(const ClientGuard::Options& options) {
  guard_ = std::make_unique<ClientGuard>(options, fleet_.size(), fleet_.tiers());
}

/// Of what nobody waits for nobody hears how it ended: it goes unguarded.
bool Rpc::may_send(CallRecord* record) {
  if (!record->waiter) return true;
  switch (guard_->ask(record->header.machine, tier_of(*record), scheduler_.now())) {
    case ClientGuard::Verdict::go:
      record->guarded = true;
      return true;
    case ClientGuard::Verdict::full:
      ++counts_of(*record).refused_by_bulkhead;
      break;
    case ClientGuard::Verdict::open:
      ++counts_of(*record).refused_by_breaker;
  }
  do_not_send(record, Outcome::rejected);
  return false;
}

void Rpc::note_guarded(CallRecord* record, Outcome outcome) {
  record->guarded = false;
  const bool opened =
      guard_->ended(record->header.machine, tier_of(*record), outcome != Outcome::ok, scheduler_.now());
  if (opened) ++counts_of(*record).breaker_openings;
}

/// The caller hears so by an event at once: it may not have suspended yet.
void Rpc::do_not_send(CallRecord* record, Outcome outcome) {
  for (unsigned i = 0; i < record->legs; ++i) {
    Leg& leg = *record->leg(i);
    note_unserved(leg);
    if (i > 0 || !record->waiter) end(leg, closed);
  }
  if (!record->waiter) return;
  Leg& leg = *record->leg(0);
  leg.header.state = unsent;
  leg.header.next = static_cast<std::uint32_t>(outcome);
  scheduler_.schedule(scheduler_.now(), arena.handle_of(&leg.header));
}

void Rpc::unsent_event(Leg& leg) {
  CallRecord* record = leg.record();
  const auto outcome = static_cast<Outcome>(leg.header.next);
  end(leg, closed);
  complete(record, outcome, nullptr);
  release_if_over(record);
}

}  // namespace chatsim::sim
