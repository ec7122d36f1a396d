#include "sim/resources/transfers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace chatsim::sim {

/// Whether both ends and the route between are what they were.
class Transfers::Way {
 public:
  Way(const Transfers& transfers, MachineIndex from, MachineIndex to)
      : transfers_(transfers), from_(from), to_(to), deaths_from_(deaths(from)), deaths_to_(deaths(to)) {}

  MachineIndex from() const { return from_; }
  MachineIndex to() const { return to_; }
  bool open() const {
    return transfers_.wire_.reachable(from_, to_) && transfers_.fleet_[from_].up && transfers_.fleet_[to_].up;
  }
  bool unbroken() const { return deaths(from_) == deaths_from_ && deaths(to_) == deaths_to_ && open(); }

 private:
  std::uint8_t deaths(MachineIndex machine) const { return transfers_.fleet_[machine].deaths; }

  const Transfers& transfers_;
  MachineIndex from_;
  MachineIndex to_;
  std::uint8_t deaths_from_;
  std::uint8_t deaths_to_;
};

/// A transfer's use of its sender's card: `co_await card.send(bytes)` goes on when its next chunk has left.
class Transfers::CardUse {
 public:
  CardUse(Transfers& transfers, const Way& way) : transfers_(transfers), way_(way) {}
  CardUse(const CardUse&) = delete;
  CardUse& operator=(const CardUse&) = delete;
  ~CardUse() { give_up(); }

  class [[nodiscard]] Send {
   public:
    Send(CardUse& use, std::uint32_t bytes) : use_(use), bytes_(bytes) {}
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const { use_.queue(bytes_, handle_of(coroutine)); }
    void await_resume() const {}

   private:
    CardUse& use_;
    std::uint32_t bytes_;
  };
  Send send(std::uint32_t bytes) { return {*this, bytes}; }

  /// Leaves the card to the others.
  void give_up() {
    if (std::exchange(has_turn_, false)) transfers_.next_turn(card());
  }

  /// It is its turn: its chunk goes onto the card. Where that makes no sense any more it hears so at once.
  void take_turn(Handle waiter) {
    has_turn_ = true;
    const Time now = transfers_.scheduler_.now();
    const bool sends = way_.unbroken();
    transfers_.scheduler_.schedule(sends ? transfers_.wire_.leave(now, way_.from(), way_.to(), bytes_) : now,
                                   waiter);
  }

 private:
  Card& card() { return transfers_.cards_[way_.from()]; }

  void queue(std::uint32_t bytes, Handle waiter) {
    if (transfers_.cards_.size() <= way_.from()) transfers_.cards_.resize(way_.from() + std::size_t{1});
    bytes_ = bytes;
    const double begins = std::max(card().virtual_time, finished_);
    finished_ = begins + bytes;
    transfers_.enqueue(card(), {begins, this, waiter});
    if (std::exchange(has_turn_, false) || !card().in_use) transfers_.next_turn(card());
  }

  Transfers& transfers_;
  const Way& way_;
  double finished_ = 0;  // Virtual time.
  std::uint32_t bytes_ = 0;
  bool has_turn_ = false;
};

void Transfers::enqueue(Card& card, Waiting waiting) {
  waiting.sequence = card.sequence++;
  card.waiting.push_back(waiting);
  std::push_heap(card.waiting.begin(), card.waiting.end(), Waiting::behind);
}

void Transfers::next_turn(Card& card) {
  card.in_use = false;
  while (!card.waiting.empty() && !card.in_use) {
    std::pop_heap(card.waiting.begin(), card.waiting.end(), Waiting::behind);
    const Waiting next = card.waiting.back();
    card.waiting.pop_back();
    if (!arena.alive(next.waiter)) continue;
    card.in_use = true;
    card.virtual_time = next.begins;
    next.use->take_turn(next.waiter);
  }
}

/// A flow of SimGrid, which is taken off the links if nobody waits for it any more.
class Transfers::BulkFlow {
 public:
  BulkFlow(Transfers& transfers, MachineIndex from, MachineIndex to, spec::Bytes size)
      : transfers_(transfers),
        source_(transfers.fleet_[from].host),
        destination_(transfers.fleet_[to].host),
        size_(size) {}
  BulkFlow(const BulkFlow&) = delete;
  BulkFlow& operator=(const BulkFlow&) = delete;
  ~BulkFlow() {
    if (flow_ == FlowId{}) return;
    transfers_.plane_.at_simgrid([flows = &transfers_.flows_, flow = flow_] { flows->cancel(flow); },
                                 Plane::Effect::flows_only);
  }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    const Handle waiter = handle_of(coroutine);
    transfers_.plane_.at_simgrid(
        [this, waiter] {
          if (!arena.alive(waiter)) return;  // And this with it.
          flow_ = transfers_.flows_.start(source_, destination_, size_, [this, waiter](FlowOutcome outcome) {
            if (!arena.alive(waiter)) return;
            outcome_ = outcome;
            flow_ = FlowId{};
            transfers_.scheduler_.schedule(transfers_.scheduler_.now(), waiter);
          });
        },
        Plane::Effect::flows_only);
  }
  TransferOutcome await_resume() const {
    switch (outcome_) {
      case FlowOutcome::completed:
        return TransferOutcome::done;
      case FlowOutcome::unreachable:
        return TransferOutcome::unreachable;
      case FlowOutcome::failed:
        break;
    }
    return TransferOutcome::lost;
  }

 private:
  Transfers& transfers_;
  HostIndex source_;
  HostIndex destination_;
  spec::Bytes size_;
  FlowId flow_;
  FlowOutcome outcome_ = FlowOutcome::failed;
};

TransferOutcome Transfers::ended(TransferOutcome outcome) {
  ++(outcome == TransferOutcome::done          ? counts_.done
     : outcome == TransferOutcome::unreachable ? counts_.unreachable
                                               : counts_.lost);
  return outcome;
}

Task<TransferOutcome> Transfers::send(MachineIndex from, MachineIndex to, spec::Bytes size) {
  ++counts_.started;
  const Way way(*this, from, to);
  if (!way.open()) co_return ended(TransferOutcome::unreachable);
  if (size >= options_.flow_threshold) {
    wire_.count_flow(from, static_cast<std::uint64_t>(std::ceil(size.value())));
    BulkFlow flow(*this, from, to, size);
    const TransferOutcome outcome = co_await flow;
    co_return ended(outcome);
  }
  CardUse card(*this, way);
  const double chunk = std::max(options_.chunk.value(), std::ceil(size.value() / options_.most_chunks));
  for (double left = std::ceil(size.value()); left > 0; left -= chunk) {
    co_await card.send(static_cast<std::uint32_t>(std::min(left, chunk)));
    if (!way.unbroken()) co_return ended(TransferOutcome::lost);
  }
  card.give_up();
  co_await sleep(scheduler_, wire_.latency(from, to));
  co_return ended(way.unbroken() ? TransferOutcome::done : TransferOutcome::lost);
}

}  // namespace chatsim::sim
