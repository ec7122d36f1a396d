#include "sim/resources/rpc.hpp"

#include <cmath>
#include <new>

namespace chatsim::sim {

namespace {

constexpr BlockKind leg_kind{static_cast<std::uint8_t>(BlockKind::first_of_resources)};
constexpr BlockKind call_kind{static_cast<std::uint8_t>(BlockKind::first_of_resources) + 1};

CallRecord* record_at(std::uint32_t block) { return reinterpret_cast<CallRecord*>(arena.at(block)); }

/// What a request takes of a machine that is as fast as this one is now.
struct Work {
  Duration service;
  Duration cpu;
};

Work work_on(const Machine& machine, const Leg& leg) {
  Work work{leg.service, {}};
  if (machine.slowness != 1) [[unlikely]] {
    work.service = Duration{std::llround(static_cast<double>(leg.service.count()) * machine.slowness)};
  }
  const double share = record_at(leg.call)->cpu_share;
  work.cpu = Duration{static_cast<Duration::rep>(static_cast<double>(work.service.count()) * share)};
  return work;
}

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
      [](void* self, BlockHeader* block) { static_cast<Rpc*>(self)->leg_event(*reinterpret_cast<Leg*>(block)); },
      nullptr, this);
  scheduler.set_dispatch(
      call_kind, nullptr,
      [](void* self, BlockHeader* block) {
        static_cast<Rpc*>(self)->expire(reinterpret_cast<CallRecord*>(block));
      },
      this);
  scheduler.set_prefetch(
      leg_kind, [](void*, BlockHeader* block) { arena.prefetch(reinterpret_cast<const Leg*>(block)->call); },
      [](void* self, BlockHeader* block) { static_cast<Rpc*>(self)->fetch_for(*reinterpret_cast<const Leg*>(block)); });
}

/// What the event of a leg will touch beside the leg and its record.
void Rpc::fetch_for(const Leg& leg) {
  const CallRecord& record = *record_at(leg.call);
  const Server& server = servers_[record.server];
  switch (static_cast<LegState>(leg.header.state)) {
    case serving:
      wire_.prefetch(leg.header.machine, leg.client);
      if (record.with_task) __builtin_prefetch(record.next);
      if (server.prefetch != nullptr) server.prefetch(server.context, record);
      [[fallthrough]];
    case travelling:
      __builtin_prefetch(&fleet_[leg.header.machine]);
      break;
    default:
      // A coroutine that goes on touches its whole frame, and this answer may be the one that lets it go on.
      if (record.succeeded + 1 >= record.needed || record.largest_value) {
        arena.prefetch(record.waiter.block, 8);
        __builtin_prefetch(record.next);
      }
      if (server.prefetch != nullptr) server.prefetch(server.context, record);
  }
}

std::uint8_t Rpc::add_server(ServeFunction function, void* context, PrefetchFunction prefetch) {
  servers_.push_back({function, context, prefetch});
  return static_cast<std::uint8_t>(servers_.size() - 1);
}

CallRecord* Rpc::prepare(const CallOptions& options, const LegOptions* legs, unsigned count) {
  CHATSIM_CHECK(count <= most_legs && options.needed >= 1 && options.needed <= count, "{} of {} legs", options.needed,
                count);
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
  record->succeeded = record->refused = record->died = 0;
  record->open = static_cast<std::uint8_t>(count);
  record->server = options.server;
  record->with_task = false;
  record->in_group = false;
  record->largest_value = options.largest_value;
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
  }
  return record;
}

Call Rpc::call(const CallOptions& options, const LegOptions* legs, unsigned count) {
  CHATSIM_CHECK(options.timeout > Duration{}, "a call to machine {} has a timeout of {} ns", legs->server,
                options.timeout.count());
  return Call(*this, prepare(options, legs, count), options.timeout);
}

Call Rpc::serve(MachineIndex machine, std::uint8_t step, Duration service, float cpu_share) {
  const CallOptions options{.client = machine, .step = step, .cpu_share = cpu_share};
  const LegOptions leg{machine, service};
  return Call(*this, prepare(options, &leg, 1), Duration{});
}

void Rpc::send(CallRecord* record, Duration timeout) {
  const Time now = scheduler_.now();
  // Work on the own machine: a timeout of zero marks it.
  if (timeout == Duration{}) {
    arrive(*record->leg(0));
    return;
  }
  for (unsigned i = 0; i < record->legs; ++i) {
    Leg& leg = *record->leg(i);
    if (!wire_.reachable(leg.client, leg.header.machine)) {
      lose(leg);
      continue;
    }
    leg.header.state = travelling;
    scheduler_.schedule(wire_.send(now, leg.client, leg.header.machine, leg.request_bytes), arena.handle_of(&leg.header));
  }
  scheduler_.schedule_timeout(timeout, arena.handle_of(&record->header));
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
    case refusing:
    case dying:
      close(leg, static_cast<LegState>(leg.header.state));
      break;
    default:
      CHATSIM_CHECK(false, "a leg in state {} was woken", leg.header.state);
  }
}

void Rpc::arrive(Leg& leg) {
  Machine& machine = fleet_[leg.header.machine];
  if (!machine.up) {
    answer(leg, dying);
    return;
  }
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  const TierOptions& tier = fleet_.options(machine.tier);
  const Work work = work_on(machine, leg);
  ++statistics.arrivals;
  machine.thread_work += work.service;
  machine.core_work += work.cpu;
  leg.since = scheduler_.now();
  if (machine.busy < tier.threads) {
    statistics.advance(leg.since);
    start(leg, machine, statistics);
  } else if (machine.queue_length < tier.queue_limit) {
    statistics.advance(leg.since);
    leg.header.state = waiting;
    leg.header.next = 0;
    const std::uint32_t block = arena.index_of(&leg);
    if (machine.queue_tail != 0) {
      arena.at(machine.queue_tail)->next = block;
    } else {
      machine.queue_head = block;
    }
    machine.queue_tail = block;
    ++statistics.waiting;
    statistics.queue_longest = std::max<std::uint64_t>(statistics.queue_longest, ++machine.queue_length);
  } else {
    ++statistics.rejected;
    answer(leg, refusing);
  }
}

/// Gives a thread to a request. It first computes on a core, then holds the thread for the rest.
void Rpc::start(Leg& leg, Machine& machine, TierStatistics& statistics) {
  const Time now = scheduler_.now();
  ++machine.busy;
  ++statistics.busy;
  ++statistics.started;
  statistics.waited += static_cast<RequestTime>((now - leg.since).count());
  const Work work = work_on(machine, leg);
  Time computed = now;
  if (work.cpu > Duration{}) {
    statistics.core_time += work.cpu;
    computed = fleet_.take_core(leg.header.machine, now, work.cpu);
  }
  const Time end = computed + (work.service - work.cpu);
  leg.header.state = serving;
  leg.since = now;
  scheduler_.schedule(end, arena.handle_of(&leg.header));
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
  --statistics.busy;
  if (machine.queue_head != 0) {
    Leg& next = *reinterpret_cast<Leg*>(arena.at(machine.queue_head));
    machine.queue_head = next.header.next;
    if (machine.queue_head == 0) machine.queue_tail = 0;
    --machine.queue_length;
    --statistics.waiting;
    start(next, machine, statistics);
  }
  CallRecord* record = record_at(leg.call);
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

void Rpc::reply(Handle handle, bool accepted, std::uint64_t value) {
  if (!arena.alive(handle)) return;
  Leg& leg = *reinterpret_cast<Leg*>(arena.at(handle.block));
  if (leg.header.state != handling || !fleet_[leg.header.machine].up) return;
  leg.value = value;
  answer(leg, accepted ? answering : refusing);
}

/// Sends the answer on its way to the client: at once if that is the machine itself.
void Rpc::answer(Leg& leg, LegState state) {
  const MachineIndex server = leg.header.machine;
  leg.header.state = state;
  if (server == leg.client && state == answering) {
    close(leg, state);
  } else if (server == leg.client) {
    // The caller may not have suspended yet: not from within its own request.
    scheduler_.schedule(scheduler_.now(), arena.handle_of(&leg.header));
  } else if (state == dying ? !wire_.connected(server, leg.client) : !wire_.reachable(server, leg.client)) {
    lose(leg);
  } else {
    // A dead machine sends nothing: that the connection broke shows a latency later.
    const Time arrival = state == dying ? scheduler_.now() + wire_.latency(server, leg.client)
                                        : wire_.send(scheduler_.now(), server, leg.client, leg.reply_bytes);
    if (!record_at(leg.call)->waiter) {
      // The call is over; the answer took its place on the wire, but nobody will look at it: no event for that.
      close(leg, state);
      return;
    }
    scheduler_.schedule(arrival, arena.handle_of(&leg.header));
  }
}

/// The client has the answer.
void Rpc::close(Leg& leg, LegState how) {
  CallRecord* record = record_at(leg.call);
  ++leg.header.generation;
  leg.header.state = closed;
  --record->open;
  if (record->waiter) {
    const unsigned spare = record->legs - record->needed;
    const std::uint64_t value = how == dying ? 0 : leg.value;
    if (record->largest_value && !record->in_group && arena.alive(record->waiter)) {
      record->result->value = std::max(record->result->value, value);
    }
    if (how == answering) {
      if (++record->succeeded == record->needed) complete(record, Outcome::ok, value);
    } else if (how == refusing) {
      if (++record->refused + record->died > spare) complete(record, Outcome::rejected, value);
    } else if (++record->died + record->refused > spare) {
      complete(record, Outcome::lost, value);
    }
  }
  release_if_over(record);
}

/// Nobody will ever hear of this leg; the caller's deadline will pass.
void Rpc::lose(Leg& leg) {
  CallRecord* record = record_at(leg.call);
  ++leg.header.generation;
  leg.header.state = closed;
  --record->open;
  release_if_over(record);
}

void Rpc::complete(CallRecord* record, Outcome outcome, std::uint64_t value) {
  const Handle waiter = std::exchange(record->waiter, Handle{});
  if (!waiter) return;
  // The record stays until its last leg is closed; the waiter may send it again and again meanwhile.
  if (arena.alive(waiter)) {
    if (record->in_group) {
      CallGroup& group = *record->group;
      if (--group.running_ != group.wanted_) return;
      group.wanted_ = CallGroup::nothing;
    } else {
      record->result->outcome = outcome;
      record->result->value = std::max(record->result->value, value);
    }
    ++record->open;
    resume_chain(std::coroutine_handle<>::from_address(arena.at(waiter.block) + 1));
    --record->open;
  }
}

void Rpc::expire(CallRecord* record) {
  complete(record, Outcome::timeout);
  release_if_over(record);
}

void Rpc::release_if_over(CallRecord* record) {
  if (record->open != 0 || record->waiter) return;
  if (record->with_task) {
    record->with_task = false;
    std::coroutine_handle<>::from_address(reinterpret_cast<void*>(record->argument)).destroy();
  }
  arena.release(&record->header);
}

void Rpc::machine_down(MachineIndex index) {
  Machine& machine = fleet_[index];
  if (!machine.up) return;
  machine.up = false;
  ++machine.deaths;
  kill_machine(index);
  TierStatistics& statistics = fleet_.statistics(machine.tier);
  statistics.advance(scheduler_.now());
  statistics.waiting -= machine.queue_length;
  statistics.busy -= machine.busy;
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
    if (leg->header.state == waiting) {
      statistics.waited_in_vain += static_cast<RequestTime>((scheduler_.now() - leg->since).count());
    }
    ++leg->header.generation;  // Whatever was to happen to it there does not.
    answer(*leg, dying);
  }
}

void Rpc::machine_up(MachineIndex index) { fleet_[index].up = true; }

}  // namespace chatsim::sim
