#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace chatsim::spec {

/// Messages that were followed through a simulation, as numbers to calculate with; times in nanoseconds of simulated time.
/// The way of a latency is a sequence of parts, one after the other, that are the latency to the nanosecond.

/// One request of a call at one machine.
struct WayLeg {
  std::int64_t offset_ns = 0;  ///< Since the call was made: of one that was sent in reserve.
  std::int64_t there_ns = 0;   ///< On the wire.
  std::int64_t thread_wait_ns = 0, core_wait_ns = 0;
  std::int64_t service_ns = 0;
  std::int64_t back_ns = 0;
  std::uint32_t machine = 0;  ///< Of its station, from 0.
  std::uint32_t crosses = 0;  ///< 1: its way there, and the one back, leave the region.

  std::int64_t total_ns() const {
    return offset_ns + there_ns + thread_wait_ns + core_wait_ns + service_ns + back_ns;
  }
};

struct WayPart {
  enum class Kind : std::uint8_t {
    call,         ///< Ends with the needed-th of its legs. One leg, which need not come back: what follows is done there.
    back,         ///< An answer on the wire.
    failed,       ///< A call that came to nothing.
    retry_pause,  ///< Before a client sends again.
    lease_pause,  ///< Somebody else reads the row that is needed.
    held,         ///< At the recipient's gateway: for a poll, or for messages that come first.
    other
  };
  enum class Use : std::uint8_t { service, read, write, other, uses };

  Kind kind = Kind::other;
  Use use = Use::other;       ///< Of a call: which of the station's times it takes.
  std::uint8_t station = 0;   ///< Among those of the Traces; of a call, an answer, or a call that failed.
  std::uint8_t step = 0;
  std::uint8_t needed = 0;
  std::uint8_t legs = 0;
  /// Of a call of somebody else in the same fan-out, whose end made room for this one: what it takes is waiting.
  bool for_a_place = false;
  bool crosses = false;  ///< Of an answer.
  std::uint32_t first_leg = 0;
  std::int64_t ns = 0;
};

struct Way {
  enum class Latency : std::uint8_t { send_to_ack, send_to_deliver };
  std::uint64_t message = 0;
  std::uint32_t recipient = 0;  ///< Index among those of the message.
  std::uint32_t first_part = 0, parts = 0;
  Latency latency = Latency::send_to_ack;
  std::int64_t sent_ns = 0;
  std::int64_t ns = 0;
};
inline constexpr const char* way_names[] = {"send_to_ack", "send_to_deliver"};

/// Machines of a tier, and what their load was.
struct Station {
  std::string name;  ///< Of the tier.
  std::uint32_t threads = 1, cores = 1;     ///< Of a machine.
  std::vector<float> thread_load, core_load;  ///< By machine, over what it has.
  std::vector<double> share_of_use;             ///< By WayPart::Use, of its thread time.
  /// The same of what comes many at a time: for the members of a group, the rows of a mailbox; and how much of that is for
  /// members. All 0 where nothing does.
  std::vector<double> share_of_bursts;
  double for_members = 0;
};

/// One request, for a picture of what happened when.
struct TracedRequest {
  std::uint64_t message = 0;
  std::uint32_t machine = 0;      ///< Of its station.
  std::uint8_t station = 0, client_station = 0, step = 0;
  bool decides = false;  ///< The call went on with this answer.
  std::int64_t sent_ns = 0, arrived_ns = 0, begun_ns = 0, served_ns = 0, answered_ns = 0, heard_ns = 0;  ///< -1: never.
};

struct Traces {
  std::vector<Way> ways;
  std::vector<WayPart> parts;
  std::vector<WayLeg> legs;
  std::vector<Station> stations;
  std::vector<std::string> steps;  ///< Their names.
  std::int64_t wan_ns = 0;         ///< Between regions, of what each crossing takes.
  std::vector<TracedRequest> requests;  ///< Of the slowest messages and of some others.
  std::uint64_t dropped = 0;     ///< Messages, deliveries and calls for which there was no room.
  std::uint64_t unfollowed = 0;  ///< Latencies whose way cannot be told: handed over after a failure, say.

  bool any() const { return !ways.empty(); }
};

}  // namespace chatsim::spec
