#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/spec/units.hpp"
#include "sim/kernel/plane.hpp"
#include "sim/kernel/task.hpp"
#include "sim/platform/flows.hpp"
#include "sim/resources/wire.hpp"

namespace chatsim::sim {

enum class TransferOutcome : std::uint8_t {
  done,
  unreachable,  ///< An end or a link of the route was off when it was to start.
  lost,         ///< An end died or the route broke meanwhile.
};

struct TransferOptions {
  spec::Bytes chunk{64e3};           ///< What a transfer puts onto the network card at once, at least.
  std::uint32_t most_chunks = 128;   ///< Of one transfer: the chunks of a larger one are larger.
  spec::Bytes flow_threshold{64e6};  ///< From this size on, a transfer is a flow of SimGrid.
};

struct TransferCounts {
  std::uint64_t started =
      0;  ///< Those that have not ended otherwise are under way, or died with who waited for them.
  std::uint64_t done = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t lost = 0;
};

/// Bytes too large for one message:
///
///     if (co_await transfers.send(from, to, size) == TransferOutcome::done) ...
///
/// Alone, it takes size / bandwidth + latency. Below the threshold it is the message plane's: transfers take
/// turns at their sender's card, a chunk a turn, so that a message waits for at most one chunk:
///
///     card:  |A1 |B1 |A2 |message|B2 |A3 |B3 |A4 |...
///
/// Whose turn it is follows start-time fair queueing (Goyal, Vin, Cheng: Start-time fair queueing, SIGCOMM
/// 1996): they share the card evenly, whatever the sizes of their chunks, and it is never idle. As with
/// messages, the receiver's card limits the speed but is shared with nobody. An event a chunk, and one on
/// arrival; a loss shows when the chunk on the card has left.
///
/// From the threshold on it is a flow of SimGrid, which shares all links of its route with other flows; its
/// loss shows at once.
///
/// It belongs to who awaits it, and ends with it.
class Transfers {
 public:
  Transfers(Scheduler& scheduler, Plane& plane, const Fleet& fleet, Wire& wire, Flows& flows)
      : scheduler_(scheduler), plane_(plane), fleet_(fleet), wire_(wire), flows_(flows) {}
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void set_options(const TransferOptions& options) { options_ = options; }

  Task<TransferOutcome> send(MachineIndex from, MachineIndex to, spec::Bytes size);

  const TransferCounts& counts() const { return counts_; }

 private:
  class Way;
  class CardUse;
  class BulkFlow;

  /// A chunk that waits for its turn.
  struct Waiting {
    double begins;  ///< In virtual time: bytes that everyone who shares the card has been given.
    CardUse* use;
    Handle waiter;
    std::uint64_t sequence = 0;

    static bool behind(const Waiting& a, const Waiting& b) {
      return a.begins != b.begins ? a.begins > b.begins : a.sequence > b.sequence;
    }
  };
  struct Card {
    std::vector<Waiting> waiting;  ///< A heap.
    double virtual_time = 0;
    std::uint64_t sequence = 0;
    bool in_use = false;
  };

  void enqueue(Card& card, Waiting waiting);
  /// The card is free for the next chunk.
  void next_turn(Card& card);
  TransferOutcome ended(TransferOutcome outcome);

  Scheduler& scheduler_;
  Plane& plane_;
  const Fleet& fleet_;
  Wire& wire_;
  Flows& flows_;
  TransferOptions options_;
  TransferCounts counts_;
  std::vector<Card> cards_;  // By machine.
};

}  // namespace chatsim::sim
