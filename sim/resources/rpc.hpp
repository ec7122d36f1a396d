#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/kernel/task.hpp"
#include "sim/resources/call.hpp"
#include "sim/resources/client_guard.hpp"
#include "sim/resources/fleet.hpp"
#include "sim/resources/hedging.hpp"
#include "sim/resources/tracer.hpp"
#include "sim/resources/wire.hpp"

namespace chatsim::sim {

/// What requests of one step brought to a tier since measuring began, the rejected included.
struct StepLoad {
  std::uint64_t requests = 0;
  Duration work{};  ///< Thread time, on the machines as fast as they were.
};

/// Requests between machines: over the wire, into the server's queue, onto a thread, and back. A call to a
/// server costs two events: it is served, its answer arrives. One to n servers costs n + 1, since of the
/// answers only the one that decides needs an event.
///
/// Written as a state machine, not as a coroutine: most events of a simulation are these, and a leg in one
/// cache line is what makes 50,000 machines affordable. Services are coroutines on top of it.
class Rpc {
 public:
  static constexpr unsigned most_legs = 64;
  static constexpr unsigned most_steps = 64;
  /// A request whose way takes no longer than this is given its place at the server (a thread, or one in the
  /// queue) when it is sent, but no service before it arrives. So the arrival is no event, which saves a
  /// third of all.
  ///
  /// What is not exact then: requests on the wire to one machine take their turn in the order of sending, not
  /// of arriving; a free thread is kept for a request on its way; a change of the machine's speed meanwhile
  /// is ignored. A turn shifts by at most this long, within a datacenter by some ten microseconds, beside
  /// services of milliseconds. A machine that dies meanwhile takes the request with it, as one that waits.
  /// Longer ways (other regions), and requests to a machine that is down or full when they are sent, cost the
  /// event and are exact.
  static constexpr Duration lookahead = std::chrono::microseconds{200};

  Rpc(Scheduler& scheduler, Fleet& fleet, Wire& wire);
  Rpc(const Rpc&) = delete;
  Rpc& operator=(const Rpc&) = delete;

  /// Registers what a server does with a request when its service time is over; if that touches memory far away, a
  /// function that fetches it into the cache a little before; and one that hears of every request that will not be served:
  /// there is no way, the queue is full, the machine is dead or dies with it. It is called at the instant when that is so,
  /// before the caller can know.
  std::uint8_t add_server(ServeFunction function, void* context, PrefetchFunction prefetch = nullptr,
                          UnservedFunction unserved = nullptr);
  /// The server that does nothing but answer.
  static constexpr std::uint8_t plain_server = 0;

  /// A call to `count` servers at once; goes on with the first `needed` replies. Every call has a timeout,
  /// and has to be awaited or started. With nothing_left it is not sent and ends at once as timeout, counted.
  Call call(const CallOptions& options, const LegOptions* legs, unsigned count);
  Call call(const CallOptions& options, LegOptions leg) { return call(options, &leg, 1); }

  /// A call that is served by a task on the server, after the service time. `make_task` is called at once
  /// with the ReplyTo that the task has to answer.
  template <class MakeTask>
  Call call_task(CallOptions options, LegOptions leg, MakeTask make_task) {
    check_timeout(options.timeout, leg.server);
    options.server = task_server;
    CallRecord* record = prepare(options, &leg, 1);
    Task<void> task = make_task(ReplyTo(*this, arena.handle_of(&record->leg(0)->header)));
    record->argument = reinterpret_cast<std::uintptr_t>(task.release().address());
    record->with_task = true;
    return Call(*this, record, options.timeout);
  }

  /// The timeout of a call whose caller has no time left to wait.
  static constexpr Duration nothing_left{-1};

  /// From now on a request whose deadline has passed before a thread takes it is not served: its caller has told the
  /// server how long it will wait. (Posted calls have nobody who waits, and no deadline.)
  void drop_expired() {
    drops_expired_ = true;
    fleet_.watch_queues();
  }
  /// What CallOptions::hedging names. Calls that are posted are never hedged: nobody waits for their answer.
  std::uint8_t add_hedging(const HedgeOptions& options);
  /// The class of requests of a step, in tiers with Shedding::priority; 0 at first.
  void set_priority(std::uint8_t step, std::uint8_t priority_class);
  /// From now on callers keep away from tiers that fail them. To be called when all tiers are there.
  void guard_clients(const ClientGuard::Options& options);

  /// Sends a call whose answer nobody waits for, so that it costs no event; not for work on the client itself.
  void post(Call call);

  /// Work on the client itself: no wire, no timeout; one event.
  Call serve(MachineIndex machine, std::uint8_t step, Duration service, float cpu_share, std::uint64_t trace = 0);

  /// From now on what becomes of calls with CallOptions::trace is told to the tracer, which outlives them.
  void trace_into(Tracer& tracer) { tracer_ = &tracer; }

  /// Carries so many bytes from one machine to another and says when they are there, or that they never will be.
  using Carrier = std::function<void(MachineIndex from, MachineIndex to, std::uint32_t bytes,
                                     std::function<void(bool arrived)> ended)>;
  /// From now on LegOptions::delays count: they come on top of the wire's latency, there and back.
  void use_wire_delays() { wire_delays_ = true; }

  /// From now on requests and answers between machines are the carrier's to bring, in place of the wire: the reference that
  /// the wire is held against. When something arrives is then not known before, so that it costs an event each.
  void carry_by(Carrier carrier) { carrier_ = std::move(carrier); }

  /// Sends the answer to a request that a task serves; without effect if the request or its server are gone.
  /// Tasks answer by their ReplyTo.
  void reply(Handle leg, bool accepted, std::uint64_t value);

  /// The machines of a tier have other threads and queues from now on. Who waits for a thread that there is now gets
  /// it; of threads or places that there are no more, who has one keeps it.
  void resize(TierIndex tier, const TierCapacity& capacity);

  /// A machine dies with all that runs, waits or is served there. Callers on reachable machines learn so a
  /// network latency later.
  void machine_down(MachineIndex machine);
  void machine_up(MachineIndex machine);

  /// Events by CallOptions::step since begin_measuring().
  const std::array<std::uint64_t, most_steps>& events_by_step() const { return events_by_step_; }
  /// By tier and CallOptions::step, since begin_measuring().
  StepLoad load(TierIndex tier, std::uint8_t step) const {
    const std::size_t place = std::size_t{tier} * most_steps + step;
    return place < loads_.size() ? loads_[place] : StepLoad{};
  }
  /// Bytes of requests and answers between regions by CallOptions::step, since begin_measuring().
  const std::array<std::uint64_t, most_steps>& wan_bytes_by_step() const { return wan_bytes_by_step_; }
  void begin_measuring() {
    events_by_step_.fill(0);
    wan_bytes_by_step_.fill(0);
    loads_.assign(loads_.size(), {});
  }

 private:
  friend class Call;
  friend class CallGroup;
  /// A leg is closed once the client has its answer (refused: which was that), or nobody will look at it any
  /// more.
  enum LegState : std::uint8_t {
    prepared,
    travelling,
    waiting,
    serving,
    handling,
    answering,
    refusing,
    dying,
    refused,
    closed,
    unsent
  };
  static constexpr std::uint8_t task_server = 1;

  /// What a request takes of a machine that is as fast as this one is now.
  struct Work {
    Duration service;
    Duration cpu;
  };
  Work work_on(const Machine& machine, const Leg& leg) const;

  static void check_timeout(Duration timeout, MachineIndex server) {
    CHATSIM_CHECK(timeout > Duration{} || timeout == nothing_left, "a call to machine {} has a timeout of {} ns",
                  server, timeout.count());
  }
  CallRecord* prepare(const CallOptions& options, const LegOptions* legs, unsigned count);
  void send(CallRecord* record, Duration timeout);
  void send_legs(CallRecord* record, unsigned begin, unsigned end);
  void trace_sending(CallRecord* record);
  TierIndex tier_of(const CallRecord& record) const { return fleet_[record.leg(0)->header.machine].tier; }
  ResilienceCounts& counts_of(const CallRecord& record) { return fleet_.statistics(tier_of(record)).resilience; }
  bool may_send(CallRecord* record);
  void note_guarded(CallRecord* record, Outcome outcome);
  void do_not_send(CallRecord* record, Outcome outcome);
  void unsent_event(Leg& leg);
  void plan_hedge(CallRecord* record);
  void hedge(CallRecord* record);
  void end_hedging(CallRecord* record, Outcome outcome, const Leg* last);
  void leg_event(Leg& leg);
  void fetch_for(const Leg& leg);

  bool has_place(const Machine& machine, const Leg& leg) const;
  std::uint32_t queue_limit(const TierOptions& tier, const Leg& leg) const;
  void arrive(Leg& leg);
  void admit(Leg& leg, Machine& machine, Time arrival);
  Work count_arrival(const Leg& leg, Machine& machine);
  void start(Leg& leg, Machine& machine, TierStatistics& statistics, const Work& work);
  void start_next(MachineIndex index, Machine& machine, TierStatistics& statistics);
  void finish_service(Leg& leg);

  // Where queues are not plain.
  void join_queue(Leg& leg, Machine& machine, Time arrival);
  void leave_queue(Leg& leg, Machine& machine, TierStatistics& statistics);
  Leg* next_worth_serving(MachineIndex index);
  bool is_cancelled(const Leg& leg) const;
  void drop(Leg& leg);
  struct Queue {
    Time empty_at{};            ///< Last.
    bool newest_first = false;  ///< It has been turned round.
  };
  Queue& queue_of(MachineIndex machine, const TierOptions& tier);
  Duration patience_of(MachineIndex machine, const TierOptions& tier);

  void carry(Leg& leg, MachineIndex from, MachineIndex to, std::uint32_t bytes);
  void carried(Handle leg, bool arrived);
  void answer_by_carrier(Leg& leg);
  void answer(Leg& leg, LegState state);
  void expect(Leg& leg);
  void close(Leg& leg);
  static void end(Leg& leg, LegState how);
  std::uint64_t value_of(CallRecord& record, const Leg* last) const;
  void complete(CallRecord* record, Outcome outcome, const Leg* last);
  void go_on(CallRecord& record, Handle waiter);
  void expire(CallRecord* record);
  void release_if_over(CallRecord* record);

  Scheduler& scheduler_;
  Fleet& fleet_;
  Wire& wire_;
  struct Server {
    ServeFunction function;
    void* context;
    PrefetchFunction prefetch;
    UnservedFunction unserved;
  };
  void note_unserved(const Leg& leg);
  std::vector<Server> servers_;
  Carrier carrier_;
  bool wire_delays_ = false;
  /// Of what takes longer than the lookahead: that is off the hot path, and no way between regions is shorter.
  void count_if_wan(const Leg& leg, std::uint32_t bytes) {
    if (fleet_.region(leg.client) != fleet_.region(leg.header.machine)) wan_bytes_by_step_[leg.header.step] += bytes;
  }
  std::array<std::uint64_t, most_steps> events_by_step_{};
  std::array<std::uint64_t, most_steps> wan_bytes_by_step_{};
  std::vector<StepLoad> loads_;  // By tier * most_steps + step.
  bool drops_expired_ = false;
  std::vector<Hedging> hedgings_;
  std::array<std::uint8_t, most_steps> priority_of_{};
  std::vector<Queue> queues_;  // By machine, once a tier sheds by CoDel.
  std::unique_ptr<ClientGuard> guard_;
  Tracer* tracer_ = nullptr;
};

}  // namespace chatsim::sim
