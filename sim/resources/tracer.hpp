#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim/resources/call.hpp"

namespace chatsim::sim {

/// One request of a traced call at one machine, instant by instant; time_never where it did not come to that.
struct LegSpan {
  MachineIndex machine = 0;
  Time sent = time_never;
  Time arrived = time_never;
  Time begun = time_never;   ///< It has a thread.
  Duration core_wait{};      ///< Part of what follows in which it has no core to compute on.
  Time served = time_never;  ///< Its service time is over.
  Time answered = time_never;
  Time heard = time_never;   ///< The client has the answer, or would have it if it still listened.
};

/// A traced call, from when it is sent until its caller goes on.
struct CallSpan {
  static constexpr std::uint8_t nobody = 0xff;

  std::uint64_t tag = 0;  ///< CallOptions::trace; 0: nobody waited for it, which is not followed.
  Time sent = time_never;
  Time ended = time_never;
  MachineIndex client = 0;
  std::uint32_t first_leg = 0;  ///< Among those of the Tracer.
  std::uint8_t legs = 0;
  std::uint8_t needed = 0;
  std::uint8_t step = 0;
  std::uint8_t decides = nobody;  ///< The leg whose answer ended it.
  Outcome outcome = Outcome::ok;
};

/// What became of the calls whose maker wants to know: Rpc tells it, of calls with CallOptions::trace and of no others. It
/// only looks on: no event and no random number depends on it. (Leg and CallRecord have room for a bit and no more, so that
/// what is noted lies here.)
class Tracer {
 public:
  /// \param most_legs that there is room for; calls beyond are counted and not followed.
  explicit Tracer(std::size_t most_legs) : most_legs_(most_legs) {}

  const std::vector<CallSpan>& calls() const { return calls_; }
  const LegSpan& leg(const CallSpan& call, unsigned index) const { return legs_[call.first_leg + index]; }
  std::uint64_t dropped() const { return dropped_; }

  /// \returns whether there is room for it.
  bool prepare(const CallRecord& record, std::uint64_t tag);
  void send(const CallRecord& record, Time now);
  /// Nobody will wait for it.
  void forget(const CallRecord& record);
  void send_reserve(const CallRecord& record, Time now);
  struct Service {
    Time arrived, begun, served;
    Duration core_wait;
  };
  void begin(const CallRecord& record, const Leg& leg, const Service& service);
  void answer(const CallRecord& record, const Leg& leg, Time now, Time heard);
  void hear(const CallRecord& record, const Leg& leg, Time now);
  void end(CallRecord& record, Time now, Outcome outcome, const Leg* last);
  /// Its block will be another one's.
  void release(const CallRecord& record);

 private:
  CallSpan& open(const CallRecord& record);
  LegSpan& open(const CallRecord& record, const Leg& leg);

  std::size_t most_legs_;
  std::vector<CallSpan> calls_;
  std::vector<LegSpan> legs_;
  std::unordered_map<std::uint32_t, std::uint32_t> open_;  // By block of the record.
  std::uint64_t dropped_ = 0;
};

}  // namespace chatsim::sim
