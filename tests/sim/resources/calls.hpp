#pragma once

#include <vector>

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

}  // namespace chatsim::tests
