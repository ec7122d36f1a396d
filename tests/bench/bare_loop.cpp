#include <array>
#include <vector>

#include "tests/bench/benchmark.hpp"
#include "tests/bench/calendar_queue.hpp"
#include "tests/bench/pipeline_draws.hpp"

namespace chatsim::bench {

namespace {

/// The pipeline as somebody would write it who needs nothing else: plain structs, a switch, a calendar queue. No kernel, no
/// platform, no deadlines, no machine that may fail, no bound on a queue. The random numbers are those of pipeline.cpp, so
/// that only the way of simulating differs. Every arrival at a machine is an event; of the answers of the three replicas
/// only the second is, as in the kernel: 14 events a message.
class BareLoop {
 public:
  BareLoop(std::uint32_t gateways, std::uint32_t stores, double messages_per_s)
      : gateways_(gateways),
        stores_(stores),
        mean_gap_s_(1 / messages_per_s),
        machines_(gateways + stores),
        queue_(14 * messages_per_s) {
    schedule_next_message();
  }

  void run_until(std::uint64_t end_ns) {
    for (CalendarQueue::Event event; (event = queue_.pop()).time_ns <= end_ns; ++events_) {
      now_ns_ = event.time_ns;
      handle(event.what);
    }
  }

  Row row(double seconds) const {
    Row row = {{"machines", machines_.size()}};
    row.update(rates(events_, completed_, seconds));
    row["processor_s_per_simulated_s"] = seconds;
    row["mean_ms"] = total_ns_ * 1e-6 / static_cast<double>(completed_);
    row["mean_ms_by_theory"] = pipeline::mean_ms;
    row["hash"] = hash_.text();
    return row;
  }

 private:
  enum Kind : std::uint32_t { next_message, reaches, served, answered };
  enum Visit : std::uint32_t { at_gateway, at_replica = 1, at_store_read = 4, at_other_gateway = 5, visits = 6 };

  /// One visit of one machine.
  struct Leg {
    std::uint32_t machine;
    std::uint32_t service_ns;
    std::uint32_t next;  ///< In the queue of the machine: slot and leg as in an event, or nobody.
  };
  struct alignas(64) Message {
    std::uint64_t begin_ns;
    std::uint64_t number;
    std::array<Leg, visits> legs;
    std::uint8_t replicas_served;
    std::uint8_t open;  ///< The three replicas and the way itself.
    std::uint32_t next_free;
  };
  struct Machine {
    std::uint32_t busy = 0;
    std::uint32_t first = nobody, last = nobody;  ///< Who waits for a thread.
  };
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};
  static constexpr std::uint64_t wire_ns = static_cast<std::uint64_t>(pipeline::one_way.count());

  static std::uint32_t event(std::uint32_t slot, std::uint32_t leg, Kind kind) { return slot << 5 | leg << 2 | kind; }
  Leg& leg_of(std::uint32_t visit) { return messages_[visit >> 5].legs[visit >> 2 & 7]; }

  void handle(std::uint32_t what) {
    const std::uint32_t slot = what >> 5, leg = what >> 2 & 7;
    switch (static_cast<Kind>(what & 3)) {
      case next_message:
        begin_message();
        break;
      case reaches:
        reach(slot, leg);
        break;
      case served:
        leave(messages_[slot].legs[leg].machine);
        go_on_after_service(slot, leg);
        break;
      case answered:
        send(slot, leg == at_store_read ? at_other_gateway : at_store_read);
        break;
    }
  }

  void schedule_next_message() {
    const auto gap = pipeline::Draws::until_next(key_, number_, mean_gap_s_);
    queue_.push(now_ns_ + static_cast<std::uint64_t>(gap.count()), event(0, 0, next_message));
  }

  void begin_message() {
    const std::uint32_t slot = new_slot();
    Message& message = messages_[slot];
    message.begin_ns = now_ns_;
    message.number = number_;
    message.replicas_served = 0;
    message.open = 4;
    const pipeline::Draws draws(key_, number_++);
    const auto visit = [&](std::uint32_t leg, std::uint32_t machine, sim::Duration service) {
      message.legs[leg] = {machine, static_cast<std::uint32_t>(service.count()), nobody};
    };
    visit(at_gateway, draws.gateway(gateways_), draws.at_gateway());
    for (unsigned i = 0; i < 3; ++i) visit(at_replica + i, gateways_ + draws.replica(i, stores_), draws.at_replica(i));
    visit(at_store_read, gateways_ + draws.store_read(stores_), draws.at_store_read());
    visit(at_other_gateway, draws.other_gateway(gateways_), draws.at_other_gateway());
    schedule_next_message();
    reach(slot, at_gateway);
  }

  void send(std::uint32_t slot, std::uint32_t leg) { queue_.push(now_ns_ + wire_ns, event(slot, leg, reaches)); }

  void reach(std::uint32_t slot, std::uint32_t leg) {
    const std::uint32_t visit = event(slot, leg, served);
    Machine& machine = machines_[leg_of(visit).machine];
    if (machine.busy < pipeline::threads) {
      ++machine.busy;
      serve(visit);
    } else {
      (machine.last == nobody ? machine.first : leg_of(machine.last).next) = visit;
      machine.last = visit;
    }
  }

  void serve(std::uint32_t visit) { queue_.push(now_ns_ + leg_of(visit).service_ns, visit); }

  /// A thread is free: who has waited longest takes it.
  void leave(std::uint32_t index) {
    Machine& machine = machines_[index];
    if (machine.first == nobody) {
      --machine.busy;
      return;
    }
    const std::uint32_t visit = machine.first;
    machine.first = leg_of(visit).next;
    if (machine.first == nobody) machine.last = nobody;
    serve(visit);
  }

  void go_on_after_service(std::uint32_t slot, std::uint32_t leg) {
    if (leg == at_gateway) {
      for (unsigned i = 0; i < 3; ++i) send(slot, at_replica + i);
    } else if (leg == at_store_read) {
      queue_.push(now_ns_ + wire_ns, event(slot, leg, answered));
    } else if (leg == at_other_gateway) {
      complete(slot);
    } else {
      if (++messages_[slot].replicas_served == 2) queue_.push(now_ns_ + wire_ns, event(slot, leg, answered));
      close(slot);
    }
  }

  void complete(std::uint32_t slot) {
    const std::uint64_t took_ns = now_ns_ - messages_[slot].begin_ns;
    total_ns_ += static_cast<double>(took_ns);
    ++completed_;
    hash_.add(took_ns ^ messages_[slot].number);
    close(slot);
  }

  void close(std::uint32_t slot) {
    if (--messages_[slot].open > 0) return;
    messages_[slot].next_free = free_;
    free_ = slot;
  }

  std::uint32_t new_slot() {
    if (free_ == nobody) {
      messages_.emplace_back();
      return static_cast<std::uint32_t>(messages_.size() - 1);
    }
    const std::uint32_t slot = free_;
    free_ = messages_[slot].next_free;
    return slot;
  }

  std::uint32_t gateways_, stores_;
  double mean_gap_s_;
  std::vector<Machine> machines_;
  std::vector<Message> messages_;
  std::uint32_t free_ = nobody;
  CalendarQueue queue_;
  std::uint64_t now_ns_ = 0, number_ = 0, events_ = 0, completed_ = 0;
  double total_ns_ = 0;
  sim::RandomKey key_{1};
  Hash hash_;
};

}  // namespace

Row measure_bare_loop(std::uint64_t machines) {
  const auto scale = static_cast<std::uint32_t>(50'000 / machines);
  BareLoop loop(pipeline::gateways / scale, pipeline::stores / scale, pipeline::messages_per_s / scale);
  const double begin = processor_s();
  loop.run_until(1'000'000'000);
  return loop.row(processor_s() - begin);
}

}  // namespace chatsim::bench
