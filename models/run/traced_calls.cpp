#include "models/run/traced_calls.hpp"

#include <algorithm>
#include <tuple>

namespace chatsim::models {

namespace {

constexpr std::uint32_t range_size = Hops::of_send - Hops::of_message;
constexpr std::uint32_t first_recipient = Hops::to_recipient(0);

/// Of the ranges of a recipient: its index, and which of them.
std::uint32_t range_of_recipient(std::uint64_t tag) { return (Hops::first_of(tag) - first_recipient) / range_size; }

}  // namespace

std::uint32_t TracedCalls::task_of(std::uint64_t tag) {
  const std::uint32_t first = Hops::first_of(tag);
  if (first < first_recipient) return first / range_size;
  const std::uint32_t range = range_of_recipient(tag);
  // The request to serve a member is the fan-out's.
  return range % Hops::ranges_of_recipient == 0 ? fan_out : delivery + range / Hops::ranges_of_recipient;
}

TracedCalls::TracedCalls(const sim::Tracer& tracer) : tracer_(tracer) {
  const auto& calls = tracer.calls();
  for (std::uint32_t i = 0; i < calls.size(); ++i) {
    if (calls[i].tag != 0) by_message_.push_back(i);
  }
  const auto key = [&](std::uint32_t i) {
    const sim::CallSpan& call = calls[i];
    return std::tuple(Hops::message_of(call.tag), task_of(call.tag), call.client, call.ended, i);
  };
  std::sort(by_message_.begin(), by_message_.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
}

std::pair<const std::uint32_t*, const std::uint32_t*> TracedCalls::of_message(std::uint64_t message) const {
  const auto message_of = [&](std::uint32_t i) { return Hops::message_of(tracer_.calls()[i].tag); };
  const auto begin = std::lower_bound(by_message_.begin(), by_message_.end(), message,
                                      [&](std::uint32_t i, std::uint64_t wanted) { return message_of(i) < wanted; });
  const auto end = std::upper_bound(begin, by_message_.end(), message,
                                    [&](std::uint64_t wanted, std::uint32_t i) { return wanted < message_of(i); });
  const std::uint32_t* all = by_message_.data();
  return {all + (begin - by_message_.begin()), all + (end - by_message_.begin())};
}

TracedCalls::Task TracedCalls::task_behind(const sim::CallSpan& call) const {
  const sim::MachineIndex machine = tracer_.leg(call, 0).machine;
  switch (static_cast<Step>(call.step)) {
    case Step::messaging:
      return {send, machine};
    case Step::fanout:
      return {fan_out, machine};
    case Step::to_member:
      return {delivery + range_of_recipient(call.tag) / Hops::ranges_of_recipient, machine};
    default:
      return {task_of(call.tag), machine};
  }
}

const sim::CallSpan* TracedCalls::last_within(std::uint64_t message, Task task, sim::Time from, sim::Time until) const {
  const auto [begin, end] = of_message(message);
  const auto rank = [](const sim::CallSpan& call) {
    return std::tuple(call.ended, static_cast<Step>(call.step) != Step::to_member, call.sent);
  };
  const sim::CallSpan* last = nullptr;
  for (const std::uint32_t* i = begin; i != end; ++i) {
    const sim::CallSpan& call = tracer_.calls()[*i];
    if (Task{task_of(call.tag), call.client} != task || call.ended > until || call.sent < from) continue;
    // What took no time is no part of the way.
    if (call.sent == call.ended) continue;
    if (last == nullptr || rank(call) > rank(*last)) last = &call;
  }
  return last;
}

const sim::CallSpan* TracedCalls::last_before(std::uint64_t message, Step step, Task task, sim::Time until) const {
  const auto [begin, end] = of_message(message);
  const sim::CallSpan* last = nullptr;
  for (const std::uint32_t* i = begin; i != end; ++i) {
    const sim::CallSpan& call = tracer_.calls()[*i];
    if (static_cast<Step>(call.step) != step || Task{task_of(call.tag), call.client} != task) continue;
    if (call.ended <= until && (last == nullptr || call.ended > last->ended)) last = &call;
  }
  return last;
}

const sim::CallSpan* TracedCalls::parent(std::uint64_t message, Step step, Task task, sim::Time at) const {
  const auto [begin, end] = of_message(message);
  const sim::CallSpan* last = nullptr;
  for (const std::uint32_t* i = begin; i != end; ++i) {
    const sim::CallSpan& call = tracer_.calls()[*i];
    if (static_cast<Step>(call.step) != step || task_behind(call) != task || tracer_.leg(call, 0).served > at) continue;
    if (last == nullptr || tracer_.leg(call, 0).served > tracer_.leg(*last, 0).served) last = &call;
  }
  return last;
}

const sim::CallSpan* TracedCalls::push(std::uint64_t message, std::uint32_t index, sim::MachineIndex gateway,
                                       sim::Time at) const {
  const auto [begin, end] = of_message(message);
  const auto rank = [&](const sim::CallSpan& call) {
    return std::pair(task_of(call.tag) == delivery + index, tracer_.leg(call, 0).served);
  };
  const sim::CallSpan* best = nullptr;
  for (const std::uint32_t* i = begin; i != end; ++i) {
    const sim::CallSpan& call = tracer_.calls()[*i];
    if (static_cast<Step>(call.step) != Step::push) continue;
    if (const sim::LegSpan& leg = tracer_.leg(call, 0); leg.machine != gateway || leg.served > at) continue;
    if (best == nullptr || rank(call) > rank(*best)) best = &call;
  }
  return best;
}

}  // namespace chatsim::models
