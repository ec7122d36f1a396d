#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/sim/resources/report.hpp"
#include "tests/sim/resources/small_world.hpp"

/// Calls that several tests make.
namespace chatsim::tests {

struct Answer {
  Outcome outcome{};
  std::uint64_t value = 0;
  Duration at{-1};  ///< When the caller went on; -1: not yet.
};

inline const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::rejected:
      return "rejected";
    case Outcome::lost:
      return "lost";
    case Outcome::timeout:
      return "timeout";
  }
  return "?";
}

inline constexpr std::uint32_t request_bytes = 1000;  ///< 1 us on a card.
inline constexpr std::uint32_t reply_bytes = 500;

inline CallOptions call_from(MachineIndex client, Duration timeout = 1s) {
  return {.client = client, .request_bytes = request_bytes, .reply_bytes = reply_bytes, .timeout = timeout};
}

inline Task<void> call_once(World* world, CallOptions options, std::vector<LegOptions> legs, Answer* answer) {
  const Reply reply = co_await world->rpc.call(options, legs.data(), static_cast<unsigned>(legs.size()));
  *answer = {reply.outcome, reply.value, world->scheduler.now() - at(0s)};
}

// Between hosts 0 and 4: two racks of one pod.
inline constexpr Duration there = 1us + one_way_in_pod;  // The request's 1000 B on the card, and the way.
inline constexpr Duration back = 500ns + one_way_in_pod;

inline void expect_answer(Report& report, const std::string& what, Outcome outcome, Duration when,
                          const Answer& answer) {
  report.same(what + ": outcome", std::string(name_of(outcome)), std::string(name_of(answer.outcome)));
  report.same(what + ": when", when, answer.at);
}

/// Answers when it has worked, without a thread.
inline Task<void> serve_slowly(World* world, ReplyTo reply, Duration work) {
  co_await sleep(world->scheduler, work);
  reply.ok(7);
}

inline Task<void> call_slow_task(World* world, CallOptions options, LegOptions leg, Duration work,
                                 Answer* answer) {
  const Reply reply = co_await world->rpc.call_task(
      options, leg, [&](ReplyTo reply_to) { return serve_slowly(world, std::move(reply_to), work); });
  *answer = {reply.outcome, reply.value, world->scheduler.now() - at(0s)};
}

}  // namespace chatsim::tests
