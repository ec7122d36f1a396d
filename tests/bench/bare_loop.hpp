#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "tests/bench/benchmark.hpp"
#include "tests/bench/calendar_queue.hpp"
#include "tests/bench/pipeline_draws.hpp"

namespace chatsim::bench {

/// What came out of a simulation, in whatever order: each message and how long it took.
class Completions {
 public:
  void add(std::uint64_t number, std::uint64_t took_ns) {
    Hash hash;
    hash.add(number);
    hash.add(took_ns);
    sum_.add(hash);
    ++count_;
    total_ns_ += took_ns;
  }
  void add(const Completions& others) {
    sum_.add(others.sum_);
    count_ += others.count_;
    total_ns_ += others.total_ns_;
  }

  std::uint64_t count() const { return count_; }
  double mean_ms() const { return static_cast<double>(total_ns_) * 1e-6 / static_cast<double>(count_); }
  std::string hash() const { return sum_.text(); }

 private:
  HashSum sum_;
  std::uint64_t count_ = 0, total_ns_ = 0;
};

/// The pipeline as somebody would write it who needs nothing else: plain structs, a switch, a calendar queue. No kernel, no
/// platform, no deadlines, no machine that may fail, no bound on a queue. The random numbers are those of pipeline.cpp, so
/// that only the way of simulating differs. Every arrival at a machine is an event; of the answers of the three replicas
/// only the second is, as in the kernel: 14 events a message.
///
/// Either the whole of it (one partition), or one of two partitions that each have every other machine, a queue and messages
/// of their own. A message is at home in the partition of its first gateway. What it has to do in the other one is sent
/// there and is a guest in it, with a slot of its own:
///
///     home                                            the other partition
///       send() to a machine there   --- Request --->    guest in a slot, reaches the machine
///       answered, or one more       <--- Answer ----    served (at the other gateway: completed, no answer)
///
/// Both are exchanged when both partitions have done all before a common time (parallel_loop.cpp). Nothing happens to either
/// within wire_ns of its sending, so that this is soon enough if it is done at least every wire_ns. Which answer of the
/// replicas is the second is then known for all that were sent before, so that it alone is an event here too.
///
/// Partitions or not, the results are the same while no two events of one machine with all its threads busy have the same
/// nanosecond: only that order depends on slots. Next to nobody waits, see pipeline_draws.hpp.
template <unsigned partitions>
class BareLoop {
  static constexpr bool alone = partitions == 1;
  static_assert(partitions == 1 || partitions == 2);

 public:
  static constexpr std::uint64_t wire_ns = static_cast<std::uint64_t>(pipeline::one_way.count());

  struct Request {
    std::uint64_t sent_ns;
    std::uint64_t begin_ns, number;
    std::uint32_t home;
    std::uint32_t leg, machine, service_ns;
  };
  struct Answer {
    std::uint64_t sent_ns;
    std::uint32_t visit;  ///< Of the message at home.
  };
  /// What one partition sends to the other, each in order of sending.
  struct Mail {
    std::vector<Request> requests;
    std::vector<Answer> answers;

    void clear() {
      requests.clear();
      answers.clear();
    }
  };

  /// Machines and rate are divided alike by `scale`; of the machines this partition has those that are `partition` modulo
  /// `partitions`.
  explicit BareLoop(std::uint32_t scale, std::uint32_t partition = 0)
      : partition_(partition),
        gateways_(pipeline::gateways / scale),
        stores_(pipeline::stores / scale),
        mean_gap_s_(scale / pipeline::messages_per_s),
        machines_((gateways_ + stores_) / partitions),
        queue_(14 * pipeline::messages_per_s / scale / partitions) {
    schedule_next_message();
  }

  /// Everything before `end_ns`; adds to `sent` what the other partition has to hear of it.
  void run_before(std::uint64_t end_ns, Mail& sent) {
    sent_ = &sent;
    for (; queue_.next_ns() < end_ns; ++events_) {
      const CalendarQueue::Event event = queue_.pop();
      now_ns_ = event.time_ns;
      handle(event.what);
    }
  }

  /// When the next event is that follows from all that was done here, in either partition.
  std::uint64_t next_ns() {
    std::uint64_t sent_ns = queue_.next_ns() - wire_ns;
    const auto consider = [&](const auto& letters) {
      if (!letters.empty()) sent_ns = std::min(sent_ns, letters.front().sent_ns);
    };
    consider(sent_->requests);
    consider(sent_->answers);
    consider(own_answers_);
    return sent_ns + wire_ns;
  }

  /// What the other partition has sent until both ended a run_before().
  void receive(const Mail& mail) {
    for (const Request& request : mail.requests) accept(request);
    auto own = own_answers_.begin();
    for (const Answer& answer : mail.answers) {
      for (; own != own_answers_.end() && own->sent_ns <= answer.sent_ns; ++own) hear(*own);
      hear(answer);
    }
    for (; own != own_answers_.end(); ++own) hear(*own);
    own_answers_.clear();
  }

  std::uint64_t events() const { return events_; }
  const Completions& completions() const { return completions_; }

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
    std::uint32_t home;  ///< Of a guest: its slot at home; or nobody.
  };
  struct Machine {
    std::uint32_t busy = 0;
    std::uint32_t first = nobody, last = nobody;  ///< Who waits for a thread.
  };
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  static std::uint32_t event(std::uint32_t slot, std::uint32_t leg, Kind kind) { return slot << 5 | leg << 2 | kind; }
  bool is_here(std::uint32_t machine) const { return machine % partitions == partition_; }
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
        leave(messages_[slot].legs[leg].machine / partitions);
        go_on_after_service(slot, leg);
        break;
      case answered:
        send(slot, leg == at_store_read ? at_other_gateway : at_store_read);
        break;
    }
  }

  /// The next that begins here: both partitions draw when each begins, and where.
  void schedule_next_message() {
    std::uint64_t time_ns = now_ns_;
    do {
      time_ns += static_cast<std::uint64_t>(pipeline::Draws::until_next(key_, number_++, mean_gap_s_).count());
    } while (!alone && !is_here(pipeline::Draws::gateway_of(key_, number_ - 1, gateways_)));
    queue_.push(time_ns, event(0, 0, next_message));
  }

  void begin_message() {
    const std::uint32_t slot = new_slot();
    Message& message = messages_[slot];
    message.begin_ns = now_ns_;
    message.number = number_ - 1;
    message.replicas_served = 0;
    message.open = 4;
    message.home = nobody;
    const pipeline::Draws draws(key_, message.number);
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

  void send(std::uint32_t slot, std::uint32_t leg) {
    if (alone || is_here(messages_[slot].legs[leg].machine)) {
      queue_.push(now_ns_ + wire_ns, event(slot, leg, reaches));
    } else {
      const Message& message = messages_[slot];
      const Leg& to = message.legs[leg];
      sent_->requests.push_back({now_ns_, message.begin_ns, message.number, slot, leg, to.machine, to.service_ns});
      if (leg == at_other_gateway) close(slot);
    }
  }

  void accept(const Request& request) {
    const std::uint32_t slot = new_slot();
    Message& guest = messages_[slot];
    guest.begin_ns = request.begin_ns;
    guest.number = request.number;
    guest.open = 1;
    guest.home = request.home;
    guest.legs[request.leg] = {request.machine, request.service_ns, nobody};
    queue_.push(request.sent_ns + wire_ns, event(slot, request.leg, reaches));
  }

  void reach(std::uint32_t slot, std::uint32_t leg) {
    const std::uint32_t visit = event(slot, leg, served);
    Machine& machine = machines_[leg_of(visit).machine / partitions];
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
    } else if (leg == at_other_gateway) {
      completions_.add(messages_[slot].number, now_ns_ - messages_[slot].begin_ns);
      close(slot);
    } else {
      answer(slot, leg);
    }
  }

  void answer(std::uint32_t slot, std::uint32_t leg) {
    const std::uint32_t home = messages_[slot].home;
    if (!alone && home != nobody) {
      sent_->answers.push_back({now_ns_, event(home, leg, answered)});
      close(slot);
    } else if (alone || leg == at_store_read) {
      hear({now_ns_, event(slot, leg, answered)});
    } else {
      own_answers_.push_back({now_ns_, event(slot, leg, answered)});  // Others may have been earlier.
    }
  }

  /// In order of sending.
  void hear(const Answer& answer) {
    const std::uint32_t slot = answer.visit >> 5, leg = answer.visit >> 2 & 7;
    const bool decides = leg == at_store_read || ++messages_[slot].replicas_served == 2;
    if (decides) queue_.push(answer.sent_ns + wire_ns, answer.visit);
    if (leg != at_store_read) close(slot);
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

  std::uint32_t partition_;
  std::uint32_t gateways_, stores_;
  double mean_gap_s_;
  std::vector<Machine> machines_;  // Of this partition.
  std::vector<Message> messages_;
  std::uint32_t free_ = nobody;
  CalendarQueue queue_;
  std::uint64_t now_ns_ = 0, events_ = 0;
  std::uint64_t number_ = 0;  // Of the message after that which is scheduled.
  Mail* sent_ = nullptr;
  std::vector<Answer> own_answers_;
  sim::RandomKey key_{1};
  Completions completions_;
};

}  // namespace chatsim::bench
