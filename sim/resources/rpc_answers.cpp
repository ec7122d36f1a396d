#include <algorithm>
#include <array>

#include "sim/resources/rpc.hpp"

namespace chatsim::sim {

// The way back: answers travel, and the one that decides lets the caller go on.

namespace {

/// The client has the answer of `a` before that of `b`; those of one instant come in order of sending.
bool comes_before(const Leg& a, const Leg& b) {
  return a.since != b.since ? a.since < b.since : a.header.next < b.header.next;
}

}  // namespace

void Rpc::reply(Handle handle, bool accepted, std::uint64_t value) {
  if (!arena.alive(handle)) return;
  Leg& leg = *reinterpret_cast<Leg*>(arena.at(handle.block));
  if (leg.header.state != handling || !fleet_[leg.header.machine].up) return;
  leg.value = value;
  answer(leg, accepted ? answering : refusing);
}

/// The leg goes on when what it sends is there.
void Rpc::carry(Leg& leg, MachineIndex from, MachineIndex to, std::uint32_t bytes) {
  wire_.count_flow(from, bytes);
  carrier_(from, to, bytes, [this, handle = arena.handle_of(&leg.header)](bool arrived) { carried(handle, arrived); });
}

void Rpc::carried(Handle handle, bool arrived) {
  if (!arena.alive(handle)) return;
  Leg& leg = *reinterpret_cast<Leg*>(arena.at(handle.block));
  if (arrived) {
    const std::uint32_t delay =
        !wire_delays_ ? 0 : leg.header.state == travelling ? leg.delays.there_ns : leg.delays.back_ns;
    scheduler_.schedule(scheduler_.now() + Duration{delay}, handle);
    return;
  }
  // The server died with the request on its way to it, or with its answer: the caller hears so. It does not matter which
  // of the two was under way when the connection broke.
  if (leg.header.state == travelling) note_unserved(leg);
  if (!fleet_[leg.header.machine].up) {
    answer(leg, dying);
    return;
  }
  CallRecord* record = leg.record();
  end(leg, closed);  // A link of its way is down: nobody will ever hear of it.
  release_if_over(record);
}

void Rpc::answer_by_carrier(Leg& leg) {
  if (leg.header.machine == leg.client) {
    scheduler_.schedule(leg.since, arena.handle_of(&leg.header));
    return;
  }
  leg.since = time_never;  // Until it is there, nobody has its value.
  carry(leg, leg.header.machine, leg.client, leg.reply_bytes);
}

/// Sends the answer on its way to the client.
void Rpc::answer(Leg& leg, LegState state) {
  const Time now = scheduler_.now();
  const MachineIndex server = leg.header.machine;
  CallRecord* record = leg.record();
  leg.header.state = state;
  leg.header.next = record->answers++;
  leg.since = now;
  if (server != leg.client) {
    if (state == dying ? !wire_.connected(server, leg.client) : !wire_.reachable(server, leg.client)) {
      end(leg, closed);  // Nobody will ever hear of it; the caller's deadline will pass.
      release_if_over(record);
      return;
    }
    if (carrier_ && state != dying) [[unlikely]] {
      if (!record->waiter) {
        wire_.count_flow(server, leg.reply_bytes);
        carrier_(server, leg.client, leg.reply_bytes, [](bool) {});
        close(leg);
      } else {
        if (record->traced && state == answering) tracer_->answer(*record, leg, now, time_never);
        answer_by_carrier(leg);
      }
      return;
    }
    // A dead machine sends nothing: that the connection broke shows a latency later.
    leg.since = state == dying ? now + wire_.latency(server, leg.client)
                               : wire_.send(now, server, leg.client, leg.reply_bytes);
    if (wire_delays_ && state != dying) [[unlikely]] leg.since += Duration{leg.delays.back_ns};
    if (leg.since - now > lookahead) [[unlikely]] count_if_wan(leg, state == dying ? 0 : leg.reply_bytes);
  }
  if (record->traced && state == answering) [[unlikely]] tracer_->answer(*record, leg, now, leg.since);
  if (!record->waiter) {
    // The call is over; the answer took its place on the wire, but nobody will look at it: no event for that.
    close(leg);
  } else if (state == answering && carrier_) [[unlikely]] {
    answer_by_carrier(leg);
  } else if (state == answering) {
    expect(leg);
  } else {
    // On the client itself too: the caller may not have suspended yet, so not from within its own request.
    scheduler_.schedule(leg.since, arena.handle_of(&leg.header));
  }
}

/// One more answer was sent. When the client will have as many as it needs is known as soon as so many are
/// sent, and an event is needed for that instant only. If an answer that is sent later comes earlier, the
/// instant moves forward: the event that was scheduled before finds its leg closed.
void Rpc::expect(Leg& leg) {
  CallRecord& record = *leg.record();
  if (++record.succeeded < record.needed) return;
  Leg* decides = &leg;
  if (record.legs > 1) {
    std::array<Leg*, most_legs> sent;
    const auto begin = sent.begin(), last = begin + (record.needed - 1);
    auto end = begin;
    for (unsigned i = 0; i < record.legs; ++i) {
      if (record.leg(i)->header.state == answering) *end++ = record.leg(i);
    }
    std::nth_element(begin, last, end, [](const Leg* a, const Leg* b) { return comes_before(*a, *b); });
    decides = *last;
    if (comes_before(*decides, leg)) return;  // As before: another one decides.
  }
  if (decides == &leg && leg.header.machine == leg.client) {
    close(leg);
  } else {
    scheduler_.schedule(decides->since, arena.handle_of(&decides->header));
  }
}

/// The client has the answer.
void Rpc::close(Leg& leg) {
  CallRecord* record = leg.record();
  const unsigned spare = record->legs - record->needed;
  switch (static_cast<LegState>(leg.header.state)) {
    case answering:
      complete(record, Outcome::ok, &leg);
      if (leg.header.state == answering) end(leg, closed);  // It came after the call was over.
      break;
    case refusing:
      end(leg, refused);
      if (++record->refused + record->died > spare) complete(record, Outcome::rejected, &leg);
      break;
    default:
      end(leg, closed);
      if (++record->died + record->refused > spare) complete(record, Outcome::lost, &leg);
  }
  release_if_over(record);
}

/// Whoever still holds a handle to the leg will find it gone.
void Rpc::end(Leg& leg, LegState how) {
  ++leg.header.generation;
  leg.header.state = how;
  --leg.record()->open;
}

/// What the caller gets when `last` comes, or the deadline if that is none.
std::uint64_t Rpc::value_of(CallRecord& record, const Leg* last) const {
  if (!record.largest_value) return last != nullptr && last->header.state != closed ? last->value : 0;
  std::uint64_t largest = 0;
  for (unsigned i = 0; i < record.legs; ++i) {
    const Leg& leg = *record.leg(i);
    const bool has_value =
        leg.header.state == answering || leg.header.state == refusing || leg.header.state == refused;
    if (!has_value) continue;
    if (last != nullptr ? !comes_before(*last, leg) : leg.since <= scheduler_.now()) {
      largest = std::max(largest, leg.value);
    }
  }
  return largest;
}

void Rpc::complete(CallRecord* record, Outcome outcome, const Leg* last) {
  const Handle waiter = std::exchange(record->waiter, Handle{});
  if (!waiter) return;
  const bool is_heard = arena.alive(waiter);
  if (record->guarded) [[unlikely]] note_guarded(record, outcome);
  if (record->reserve != 0) [[unlikely]] end_hedging(record, outcome, last);
  if (record->traced) [[unlikely]] tracer_->end(*record, scheduler_.now(), outcome, last);
  if (is_heard && !record->in_group) *record->result = {outcome, value_of(*record, last)};
  // The record stays until its last leg is closed; the waiter may send it again and again meanwhile.
  ++record->open;
  for (unsigned i = 0; i < record->legs; ++i) {
    Leg& leg = *record->leg(i);
    if (leg.header.state == answering) end(leg, closed);  // Nobody will look at it.
  }
  if (is_heard) go_on(*record, waiter);
  --record->open;
}

void Rpc::go_on(CallRecord& record, Handle waiter) {
  if (record.in_group) {
    CallGroup& group = *record.group;
    if (--group.running_ != group.wanted_) return;
    group.wanted_ = CallGroup::nothing;
  }
  resume_chain(std::coroutine_handle<>::from_address(arena.at(waiter.block) + 1));
}

void Rpc::expire(CallRecord* record) {
  record->expired = true;
  complete(record, Outcome::timeout, nullptr);
  release_if_over(record);
}

void Rpc::release_if_over(CallRecord* record) {
  if (record->open != 0 || record->waiter) return;
  if (record->traced) [[unlikely]] tracer_->release(*record);
  if (record->with_task) {
    record->with_task = false;
    std::coroutine_handle<>::from_address(reinterpret_cast<void*>(record->argument)).destroy();
  }
  arena.release(&record->header);
}

}  // namespace chatsim::sim
