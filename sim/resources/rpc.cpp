#include "sim/resources/rpc.hpp"

#include <cmath>
#include <new>

namespace chatsim::sim {

namespace {

constexpr BlockKind leg_kind{static_cast<std::uint8_t>(BlockKind::first_of_resources)};
constexpr BlockKind call_kind{static_cast<std::uint8_t>(BlockKind::first_of_resources) + 1};

Served serve_plainly(void*, Leg&, CallRecord&) { return Served::reply; }

Served serve_by_task(void*, Leg& leg, CallRecord& call) {
  call.with_task = false;
  using Coroutine = std::coroutine_handle<Task<void>::promise_type>;
  const auto address = static_cast<std::uintptr_t>(call.argument);
  spawn(leg.header.machine, Task<void>(Coroutine::from_address(reinterpret_cast<void*>(address))));
  return Served::deferred;
}

}  // namespace

Rpc::Rpc(Scheduler& scheduler, Fleet& fleet, Wire& wire) : scheduler_(scheduler), fleet_(fleet), wire_(wire) {
  add_server(serve_plainly, nullptr);
  add_server(serve_by_task, nullptr);
  scheduler.set_dispatch(
      leg_kind,
      [](void* self, BlockHeader* block) {
        static_cast<Rpc*>(self)->leg_event(*reinterpret_cast<Leg*>(block));
      },
      [](void* self, BlockHeader* block) {
        static_cast<Rpc*>(self)->hedge(reinterpret_cast<Leg*>(block)->record());
      },
      this);
  scheduler.set_dispatch(
      call_kind, nullptr,
      [](void* self, BlockHeader* block) {
        static_cast<Rpc*>(self)->expire(reinterpret_cast<CallRecord*>(block));
      },
      this);
  scheduler.set_prefetch(
      leg_kind, [](void*, BlockHeader* block) { arena.prefetch(reinterpret_cast<const Leg*>(block)->call); },
      [](void* self, BlockHeader* block) {
        static_cast<Rpc*>(self)->fetch_for(*reinterpret_cast<const Leg*>(block));
      });
}

/// What the event of a leg will touch beside the leg and its record.
void Rpc::fetch_for(const Leg& leg) {
  const CallRecord& record = *leg.record();
  const Server& server = servers_[record.server];
  switch (static_cast<LegState>(leg.header.state)) {
    case serving:
      fleet_.prefetch(leg.client);
      if (record.with_task) {
        // The frame of the task, which goes on from its beginning.
        const auto* frame = reinterpret_cast<const std::byte*>(record.argument);
        for (std::size_t i = 0; i < 8; ++i) __builtin_prefetch(frame + i * Arena::granule);
        __builtin_prefetch(record.next);
      }
      // Its answer may make it known which one decides.
      if (record.legs > 1 && record.succeeded + 1 >= record.needed) arena.prefetch(leg.call + 1, record.legs);
      if (server.prefetch != nullptr) server.prefetch(server.context, record);
      [[fallthrough]];
    case travelling:
      fleet_.prefetch(leg.header.machine);
      break;
    default:
      // A coroutine that goes on touches its whole frame, and so does the end of a call all its legs.
      arena.prefetch(record.waiter.block, 8);
      __builtin_prefetch(record.next);
      if (record.legs > 1) arena.prefetch(leg.call + 1, record.legs);
      if (server.prefetch != nullptr) server.prefetch(server.context, record);
  }
}

std::uint8_t Rpc::add_server(ServeFunction function, void* context, PrefetchFunction prefetch,
                             UnservedFunction unserved) {
  servers_.push_back({function, context, prefetch, unserved});
  return static_cast<std::uint8_t>(servers_.size() - 1);
}

void Rpc::note_unserved(const Leg& leg) {
  CallRecord* record = leg.record();
  const Server& server = servers_[record->server];
  if (server.unserved != nullptr) server.unserved(server.context, leg, *record);
}

CallRecord* Rpc::prepare(const CallOptions& options, const LegOptions* legs, unsigned count) {
  CHATSIM_CHECK(count <= most_legs && options.needed >= 1 && options.needed + options.reserve <= count,
                "{} of {} legs, {} in reserve", options.needed, count, options.reserve);
  CHATSIM_CHECK(options.step < most_steps, "step {} of {}", options.step, most_steps);
  BlockHeader* block =
      arena.allocate(sizeof(CallRecord) + count * sizeof(Leg), call_kind, Arena::Use::record);
  block->step = options.step;
  block->machine = options.client;
  auto* record = reinterpret_cast<CallRecord*>(block);
  record->waiter = {};
  record->result = nullptr;
  record->argument = options.argument;
  record->next = options.next;
  record->legs = static_cast<std::uint8_t>(count);
  record->needed = options.needed;
  record->answers = record->succeeded = record->refused = record->died = 0;
  record->open = static_cast<std::uint8_t>(count);
  record->server = options.server;
  record->with_task = false;
  record->in_group = false;
  record->largest_value = options.largest_value;
  record->expired = record->guarded = false;
  record->tied = options.hedging != 0 && hedgings_[options.hedging - 1U].options().tied;
  record->hedging = options.hedging;
  record->reserve = options.reserve;
  record->cpu_share = options.cpu_share;
  const std::uint32_t index = arena.index_of(block);
  for (unsigned i = 0; i < count; ++i) {
    Leg& leg = *record->leg(i);  // Its generation goes on from the leg that was here before.
    leg.header.kind = leg_kind;
    leg.header.state = prepared;
    leg.header.step = options.step;
    leg.header.machine = legs[i].server;
    leg.header.next = 0;
    leg.client = options.client;
    leg.call = index;
    leg.service = legs[i].service;
    leg.value = options.value;
    leg.request_bytes = options.request_bytes;
    leg.reply_bytes = options.reply_bytes;
    if (wire_delays_) [[unlikely]] leg.delays = legs[i].delays;
    // It will soon be sent, and be given its place there.
    if (options.cpu_share > 0) {
      fleet_.prefetch_for_request(legs[i].server);
    } else {
      fleet_.prefetch(legs[i].server);
    }
  }
  record->traced = options.trace != 0 && tracer_ != nullptr && tracer_->prepare(*record, options.trace);
  return record;
}

Call Rpc::call(const CallOptions& options, const LegOptions* legs, unsigned count) {
  check_timeout(options.timeout, legs->server);
  return Call(*this, prepare(options, legs, count), options.timeout);
}

Call Rpc::serve(MachineIndex machine, std::uint8_t step, Duration service, float cpu_share, std::uint64_t trace) {
  const CallOptions options{.client = machine, .step = step, .cpu_share = cpu_share, .trace = trace};
  const LegOptions leg{machine, service};
  return Call(*this, prepare(options, &leg, 1), Duration{});
}

/// What nobody waits for takes nobody's time.
void Rpc::trace_sending(CallRecord* record) {
  if (record->waiter) return tracer_->send(*record, scheduler_.now());
  tracer_->forget(*record);
  record->traced = false;
}

void Rpc::send(CallRecord* record, Duration timeout) {
  if (record->traced) [[unlikely]] trace_sending(record);
  // Work on the own machine: a timeout of zero marks it.
  if (timeout <= Duration{}) {
    if (timeout == Duration{}) return arrive(*record->leg(0));
    ++counts_of(*record).unsent;
    return do_not_send(record, Outcome::timeout);
  }
  if (guard_ != nullptr && !may_send(record)) [[unlikely]] return;
  send_legs(record, 0, static_cast<unsigned>(record->legs - record->reserve));
  if (record->reserve != 0) [[unlikely]] plan_hedge(record);
  if (record->waiter) scheduler_.schedule_timeout(timeout, arena.handle_of(&record->header));
}

void Rpc::send_legs(CallRecord* record, unsigned begin, unsigned end_of_them) {
  const Time now = scheduler_.now();
  for (unsigned i = begin; i < end_of_them; ++i) {
    Leg& leg = *record->leg(i);
    if (!wire_.reachable(leg.client, leg.header.machine)) {
      note_unserved(leg);
      end(leg, closed);  // Nobody will ever hear of it.
      continue;
    }
    if (carrier_) [[unlikely]] {
      leg.header.state = travelling;
      carry(leg, leg.client, leg.header.machine, leg.request_bytes);
      continue;
    }
    Time arrival = wire_.send(now, leg.client, leg.header.machine, leg.request_bytes);
    if (wire_delays_ && leg.header.machine != leg.client) [[unlikely]] arrival += Duration{leg.delays.there_ns};
    Machine& machine = fleet_[leg.header.machine];
    if (arrival - now <= lookahead && machine.up && has_place(machine, leg)) {
      admit(leg, machine, arrival);
    } else {
      if (arrival - now > lookahead) count_if_wan(leg, leg.request_bytes);
      leg.header.state = travelling;
      scheduler_.schedule(arrival, arena.handle_of(&leg.header));
    }
  }
}

void Rpc::post(Call call) {
  CallRecord* record = call.record_;
  ++record->open;  // It must not be over before all of it was sent.
  send(record, call.timeout_);
  --record->open;
  release_if_over(record);
}

void Rpc::leg_event(Leg& leg) {
  ++events_by_step_[leg.header.step];
  switch (static_cast<LegState>(leg.header.state)) {
    case travelling:
      arrive(leg);
      break;
    case serving:
      finish_service(leg);
      break;
    case answering:
      // By the carrier it was not known before which one would decide.
      if (carrier_) [[unlikely]] {
        CallRecord& record = *leg.record();
        leg.since = scheduler_.now();
        if (record.traced) tracer_->hear(record, leg, leg.since);
        if (++record.succeeded < record.needed) return;
      }
      close(leg);
      break;
    case refusing:
      leg.since = scheduler_.now();
      close(leg);
      break;
    case dying:
      close(leg);
      break;
    case unsent:
      unsent_event(leg);
      break;
    default:
      CHATSIM_CHECK(false, "a leg in state {} was woken", leg.header.state);
  }
}

Rpc::Work Rpc::work_on(const Machine& machine, const Leg& leg) const {
  Work work{leg.service, {}};
  if (machine.slowness != 1) [[unlikely]] {
    work.service = Duration{std::llround(static_cast<double>(leg.service.count()) * machine.slowness)};
  }
  const double share = leg.record()->cpu_share;
  work.cpu = Duration{static_cast<Duration::rep>(static_cast<double>(work.service.count()) * share)};
  if (machine.slow_disk) [[unlikely]] {
    const double rest = static_cast<double>((work.service - work.cpu).count());
    work.service = work.cpu + Duration{std::llround(rest * fleet_.disk_slowness(leg.header.machine))};
  }
  return work;
}

bool Rpc::has_place(const Machine& machine, const Leg& leg) const {
  const TierOptions& tier = fleet_.options(machine.tier);
  if (machine.busy < tier.threads) return true;
  if (!fleet_.queues_are_plain()) [[unlikely]] return machine.queue_length < queue_limit(tier, leg);
  return machine.queue_length < tier.queue_limit;
}

void Rpc::arrive(Leg& leg) {
  Machine& machine = fleet_[leg.header.machine];
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  if (!machine.up) {
    note_unserved(leg);
    answer(leg, dying);
  } else if (drops_expired_ && leg.record()->expired) [[unlikely]] {
    count_arrival(leg, machine);
    ++statistics.resilience.expired;
    drop(leg);
  } else if (has_place(machine, leg)) {
    admit(leg, machine, scheduler_.now());
  } else {
    count_arrival(leg, machine);
    const bool full = machine.queue_length >= fleet_.options(machine.tier).queue_limit;
    ++(full ? statistics.rejected : statistics.resilience.shed_by_class);
    note_unserved(leg);
    answer(leg, refusing);
  }
}

/// Gives a request that is here, or will be at `arrival`, a thread or a place in the queue.
void Rpc::admit(Leg& leg, Machine& machine, Time arrival) {
  const Time now = scheduler_.now();
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  const Work work = count_arrival(leg, machine);
  leg.since = arrival;
  statistics.advance(now);
  if (machine.busy < fleet_.options(machine.tier).threads) {
    start(leg, machine, statistics, work);
    return;
  }
  leg.header.state = waiting;
  leg.header.next = 0;
  const std::uint32_t block = arena.index_of(&leg);
  if (!fleet_.queues_are_plain()) [[unlikely]] {
    join_queue(leg, machine, arrival);
  } else if (machine.queue_tail != 0) {
    arena.at(machine.queue_tail)->next = block;
    machine.queue_tail = block;
  } else {
    machine.queue_head = machine.queue_tail = block;
  }
  statistics.begin_waiting(now, arrival);
  statistics.queue_longest = std::max<std::uint64_t>(statistics.queue_longest, ++machine.queue_length);
}

Rpc::Work Rpc::count_arrival(const Leg& leg, Machine& machine) {
  const Work work = work_on(machine, leg);
  ++fleet_.statistics(machine.tier).arrivals;
  machine.thread_work += work.service;
  if (work.cpu > Duration{}) machine.core_work += work.cpu;
  const std::size_t place = std::size_t{machine.tier} * most_steps + leg.header.step;
  if (place >= loads_.size()) [[unlikely]]
    loads_.resize(std::size_t{fleet_.tiers()} * most_steps);
  ++loads_[place].requests;
  loads_[place].work += work.service;
  return work;
}

/// Gives a thread to a request: from now on, or from when it arrives. It first computes on a core, then holds
/// the thread for the rest.
void Rpc::start(Leg& leg, Machine& machine, TierStatistics& statistics, const Work& work) {
  const Time now = scheduler_.now();
  const Time begin = std::max(now, leg.since);
  ++machine.busy;
  statistics.begin_busy(now, begin);
  ++statistics.started;
  statistics.waited += static_cast<RequestTime>((begin - leg.since).count());
  Time computed = begin;
  if (work.cpu > Duration{}) {
    statistics.core_time += work.cpu;
    computed = fleet_.take_core(leg.header.machine, {.now = now, .from = begin, .cpu = work.cpu});
  }
  const Time end = computed + (work.service - work.cpu);
  const CallRecord& record = *leg.record();
  if (record.traced) [[unlikely]] {
    const Duration core_wait = computed - begin - work.cpu;
    tracer_->begin(record, leg, {.arrived = leg.since, .begun = begin, .served = end, .core_wait = core_wait});
  }
  leg.header.state = serving;
  leg.since = begin;
  if (record.tied) [[unlikely]] leg.note_begin(begin);
  scheduler_.schedule(end, arena.handle_of(&leg.header));
}

/// It is the head.
inline void Rpc::leave_queue(Leg& leg, Machine& machine, TierStatistics& statistics) {
  machine.queue_head = leg.header.next;
  if (machine.queue_head == 0) machine.queue_tail = 0;
  --machine.queue_length;
  statistics.end_waiting(scheduler_.now(), leg.since);
}

/// The first that is not turned away now that its turn has come; nullptr if none is left.
Leg* Rpc::next_worth_serving(MachineIndex index) {
  Machine& machine = fleet_[index];
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  const TierOptions& tier = fleet_.options(machine.tier);
  const Time now = scheduler_.now();
  // Whoever hears that a request is not served may send one here, which takes the thread.
  while (machine.queue_head != 0 && machine.busy < tier.threads) {
    const bool by_codel = tier.shedding == Shedding::codel;
    Duration patience = Duration::max();
    if (by_codel) patience = patience_of(index, tier);
    Leg& leg = *reinterpret_cast<Leg*>(arena.at(machine.queue_head));
    leave_queue(leg, machine, statistics);
    const CallRecord& record = *leg.record();
    const bool expired = drops_expired_ && record.expired, cancelled = record.tied && is_cancelled(leg);
    const bool late = now - leg.since > patience;
    if (!expired && !cancelled && !late) return &leg;
    statistics.waited_in_vain += static_cast<RequestTime>(TierStatistics::ahead(now, leg.since).count());
    if (expired || cancelled) {
      ++(expired ? statistics.resilience.expired : statistics.resilience.ties_cancelled);
      drop(leg);
    } else {
      ++statistics.resilience.shed_by_codel;
      note_unserved(leg);
      answer(leg, refusing);
    }
  }
  return nullptr;
}

/// Gives a thread to who waits, at an instant up to which the statistics were advanced.
inline void Rpc::start_next(MachineIndex index, Machine& machine, TierStatistics& statistics) {
  Leg* next = reinterpret_cast<Leg*>(arena.at(machine.queue_head));
  if (fleet_.queues_are_plain()) [[likely]] {
    leave_queue(*next, machine, statistics);
  } else {
    next = next_worth_serving(index);
  }
  if (next != nullptr) start(*next, machine, statistics, work_on(machine, *next));
}

void Rpc::resize(TierIndex tier, const TierCapacity& capacity) {
  fleet_.resize(tier, capacity, scheduler_.now());
  TierStatistics& statistics = fleet_.statistics(tier);
  statistics.advance(scheduler_.now());
  const MachineIndex first = fleet_.first(tier);
  for (MachineIndex i = first; i < first + fleet_.options(tier).machines; ++i) {
    Machine& machine = fleet_[i];
    while (machine.queue_head != 0 && machine.busy < capacity.threads) start_next(i, machine, statistics);
  }
}

void Rpc::finish_service(Leg& leg) {
  const MachineIndex index = leg.header.machine;
  Machine& machine = fleet_[index];
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  const Time now = scheduler_.now();
  statistics.advance(now);
  ++statistics.completed;
  statistics.served += now - leg.since;
  --machine.busy;
  statistics.end_busy(now, leg.since);
  // Since the tier was resized there may be fewer threads than are still held.
  if (machine.queue_head != 0 && machine.busy < fleet_.options(machine.tier).threads) start_next(index, machine, statistics);
  CallRecord* record = leg.record();
  // Before the service runs: a task may answer at once.
  leg.header.state = handling;
  const Server& server = servers_[record->server];
  switch (server.function(server.context, leg, *record)) {
    case Served::reply:
      answer(leg, answering);
      break;
    case Served::refuse:
      answer(leg, refusing);
      break;
    case Served::deferred:
      break;
  }
}

void Rpc::machine_down(MachineIndex index) {
  Machine& machine = fleet_[index];
  if (!machine.up) return;
  machine.up = false;
  ++machine.deaths;
  kill_machine(index);
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  const Time now = scheduler_.now();
  statistics.advance(now);
  machine.queue_head = machine.queue_tail = machine.queue_length = machine.busy = machine.cores_busy = 0;
  wire_.reset(index);
  std::vector<Leg*> orphans;
  arena.for_each_live(call_kind, [&](BlockHeader* block) {
    auto* record = reinterpret_cast<CallRecord*>(block);
    for (unsigned i = 0; i < record->legs; ++i) {
      Leg* leg = record->leg(i);
      if (leg->header.machine == index && leg->header.state >= waiting && leg->header.state <= handling) {
        orphans.push_back(leg);
      }
    }
  });
  for (Leg* leg : orphans) {
    if (leg->header.state != handling) note_unserved(*leg);
    if (leg->header.state == waiting) {
      statistics.end_waiting(now, leg->since);
      statistics.waited_in_vain += static_cast<RequestTime>(TierStatistics::ahead(now, leg->since).count());
    } else if (leg->header.state == serving) {
      statistics.end_busy(now, leg->since);
    }
    ++leg->header.generation;  // Whatever was to happen to it there does not.
    answer(*leg, dying);
  }
}

void Rpc::machine_up(MachineIndex index) { fleet_[index].up = true; }

}  // namespace chatsim::sim
