#include "sim/resources/tracer.hpp"

namespace chatsim::sim {

CallSpan& Tracer::open(const CallRecord& record) {
  const auto found = open_.find(arena.index_of(&record));
  CHATSIM_CHECK(found != open_.end(), "block {} is no traced call", arena.index_of(&record));
  return calls_[found->second];
}

LegSpan& Tracer::open(const CallRecord& record, const Leg& leg) {
  return legs_[open(record).first_leg + static_cast<std::size_t>(&leg - record.leg(0))];
}

bool Tracer::prepare(const CallRecord& record, std::uint64_t tag) {
  if (legs_.size() + record.legs > most_legs_) {
    ++dropped_;
    return false;
  }
  open_[arena.index_of(&record)] = static_cast<std::uint32_t>(calls_.size());
  calls_.push_back({.tag = tag,
                    .client = record.header.machine,
                    .first_leg = static_cast<std::uint32_t>(legs_.size()),
                    .legs = record.legs,
                    .needed = record.needed,
                    .step = record.header.step});
  for (unsigned i = 0; i < record.legs; ++i) legs_.push_back({.machine = record.leg(i)->header.machine});
  return true;
}

void Tracer::send(const CallRecord& record, Time now) {
  CallSpan& call = open(record);
  call.sent = now;
  for (unsigned i = 0; i + record.reserve < record.legs; ++i) legs_[call.first_leg + i].sent = now;
}

void Tracer::send_reserve(const CallRecord& record, Time now) {
  const CallSpan& call = open(record);
  for (unsigned i = record.legs - record.reserve; i < record.legs; ++i) legs_[call.first_leg + i].sent = now;
}

/// Its place is given back where that is easy: calls that are posted are prepared and sent at once.
void Tracer::forget(const CallRecord& record) {
  CallSpan& call = open(record);
  call.tag = 0;
  open_.erase(arena.index_of(&record));
  if (&call != &calls_.back()) return;
  legs_.resize(call.first_leg);
  calls_.pop_back();
}

void Tracer::begin(const CallRecord& record, const Leg& leg, const Service& service) {
  LegSpan& span = open(record, leg);
  span.arrived = service.arrived;
  span.begun = service.begun;
  span.core_wait = service.core_wait;
  span.served = service.served;
}

void Tracer::answer(const CallRecord& record, const Leg& leg, Time now, Time heard) {
  LegSpan& span = open(record, leg);
  span.answered = now;
  span.heard = heard;
}

void Tracer::hear(const CallRecord& record, const Leg& leg, Time now) { open(record, leg).heard = now; }

void Tracer::end(CallRecord& record, Time now, Outcome outcome, const Leg* last) {
  CallSpan& call = open(record);
  call.ended = now;
  call.outcome = outcome;
  if (last != nullptr) call.decides = static_cast<std::uint8_t>(record.index_of(*last));
}

void Tracer::release(const CallRecord& record) { open_.erase(arena.index_of(&record)); }

}  // namespace chatsim::sim
