#include <array>
#include <simgrid/s4u/Host.hpp>
#include <vector>

#include "sim/kernel/random/random.hpp"
#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

constexpr int calls_per_seed = 20'000;
constexpr Duration storm = 2s;

/// Calls of every kind between machines that die and come up at random, until the storm is over and all are
/// up.
class Storm {
 public:
  explicit Storm(std::uint64_t seed, Shedding shedding = Shedding::none)
      : small_({.name = "server",
                .machines = 16,
                .threads = 2,
                .cores = 1,
                .queue_limit = 4,
                .shedding = shedding,
                .codel_target = 4ms,
                .codel_interval = 20ms,
                .newest_first = true}),
        world_(small_.world),
        random_({seed}, 1),
        deaths_({seed}, 2) {
    world_.disks.add(0, {.devices = 2,
                         .read = {spec::Seconds{1e-3}, spec::BytesPerSecond{1e9}},
                         .write = {spec::Seconds{1e-3}, spec::BytesPerSecond{1e9}},
                         .capacity = spec::Bytes{1e12}});
    world_.transfers.set_options({.flow_threshold = spec::Bytes{1e6}});
  }

  void carry_by_flows() { world_.carry_by_flows(); }

  /// Requests expire, are hedged and tied, shed, and kept away.
  void take_care() {
    short_timeout_ = 5ms;
    world_.rpc.drop_expired();
    hedging_ = world_.rpc.add_hedging({.after = 2ms, .tied = true, .most = 0.5});
    world_.rpc.guard_clients({.calls = 60, .failures = 0.95, .window = 20, .open_for = 5ms});
  }

  void run(Report& report) {
    const std::size_t live = arena.live();
    spawn(no_machine, make_calls());
    spawn(no_machine, kill_and_restart());
    small_.run(storm + 2s);
    std::uint64_t ended = 0;
    for (const std::uint64_t count : outcomes_) ended += count;
    report.same(
        fmt::format(
            "{} deaths; {} calls: {} ok, {} rejected, {} lost, {} timed out, {} died with their caller",
            died_, started_, outcomes_[0], outcomes_[1], outcomes_[2], outcomes_[3], abandoned_),
        started_, ended + abandoned_);
    bool all_kinds = died_ > 20 && abandoned_ > 20;
    for (const std::uint64_t count : outcomes_) all_kinds = all_kinds && count > 20;
    report.same("every kind of end was seen", true, all_kinds);
    report.same("tasks that serve: all ended", 0, serving_);
    report.same("nothing is left but lists of timeouts", live + 2 + (hedging_ != 0 ? 2 : 0), arena.live());
    report.same("nor a flow", std::uint32_t{0}, world_.flows.active());
    std::uint32_t held = 0;
    for (MachineIndex machine = 0; machine < world_.fleet.size(); ++machine) {
      const Machine& each = world_.fleet[machine];
      held += each.busy + each.queue_length + each.queue_head + each.queue_tail + !each.up;
    }
    report.same("threads held, requests waiting, machines down", std::uint32_t{0}, held);
    report.same("counted as waiting or busy", std::uint64_t{0},
                world_.fleet.statistics(0).waiting + world_.fleet.statistics(0).busy);
    report.same("Little's law", 0.0, world_.fleet.little_law_error(0, world_.scheduler.now()));
    report.same("after the storm every call is answered", true, healed_);
    const ResilienceCounts& counts = world_.fleet.resilience(0);
    const bool cared = counts.expired > 5 && counts.hedges_won > 5 && counts.hedges_denied > 5 &&
                       counts.ties_cancelled > 5 && counts.refused_by_bulkhead + counts.refused_by_breaker > 5 &&
                       counts.breaker_openings > 0;
    report.same(fmt::format("{} expired, {} of {} hedges won, {} denied, {} ties cancelled, {} + {} kept away, {} shed",
                            counts.expired, counts.hedges_won, counts.hedges_sent, counts.hedges_denied,
                            counts.ties_cancelled, counts.refused_by_bulkhead, counts.refused_by_breaker,
                            counts.shed_by_codel),
                hedging_ != 0, cared);
  }

 private:
  /// Counts a task that a death ends.
  struct Life {
    int* count;
    explicit Life(int* counter) : count(counter) { ++*count; }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() { --*count; }
  };
  struct Caller {
    std::uint64_t* abandoned;
    bool ended = false;
    explicit Caller(std::uint64_t* counter) : abandoned(counter) {}
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() { *abandoned += !ended; }
  };

  MachineIndex any_machine() { return static_cast<MachineIndex>(random_.uniform() * world_.fleet.size()); }
  Duration up_to(Duration most) {
    return Duration{static_cast<Duration::rep>(random_.uniform() * static_cast<double>(most.count()))};
  }

  Task<void> make_calls() {
    for (int i = 0; i < calls_per_seed; ++i) {
      co_await sleep(world_.scheduler, up_to(2 * storm / calls_per_seed));
      const MachineIndex client = any_machine();
      if (!world_.fleet[client].up) continue;
      ++started_;
      switch (i % 8) {
        case 0:
          spawn(client, call_served_by_task(client));
          break;
        case 1:
          spawn(client, work_alone(client));
          break;
        case 2:
          spawn(client, call_in_group(client));
          break;
        default:
          spawn(client, call_several(client));
      }
    }
  }

  Task<void> kill_and_restart() {
    while (world_.scheduler.now() < at(storm)) {
      co_await sleep(world_.scheduler, Duration{static_cast<Duration::rep>(40e6 * deaths_.uniform())});
      const auto machine = static_cast<MachineIndex>(deaths_.uniform() * world_.fleet.size());
      world_.plane.at_simgrid([this, machine] { turn(machine, !world_.fleet[machine].up); });
    }
    co_await sleep(world_.scheduler, 1us);
    world_.plane.at_simgrid([this] {
      for (MachineIndex machine = 0; machine < world_.fleet.size(); ++machine) turn(machine, true);
    });
    // The longest timeout later all is quiet, and all is well.
    co_await sleep(world_.scheduler, 600ms);
    healed_ = true;
    for (MachineIndex machine = 0; machine < world_.fleet.size(); ++machine) {
      const MachineIndex next = (machine + 1) % world_.fleet.size();
      const Reply reply = co_await world_.rpc.call(call_from(machine, 500ms), LegOptions{next, 1ms});
      healed_ = healed_ && reply.outcome == Outcome::ok;
    }
  }

  void turn(MachineIndex machine, bool on) {
    auto* host = world_.platform.host(world_.fleet[machine].host);
    if (host->is_on() == on) return;
    died_ += !on;
    on ? host->turn_on() : host->turn_off();
  }

  void count(Outcome outcome) { ++outcomes_[static_cast<std::size_t>(outcome)]; }
  CallOptions options(MachineIndex client) {
    return call_from(client, random_.uniform() < 0.5 ? short_timeout_ : 500ms);
  }

  Task<void> call_several(MachineIndex client) {
    Caller caller(&abandoned_);
    const unsigned count_of_legs = 1 + static_cast<unsigned>(5 * random_.uniform());
    CallOptions call = options(client);
    call.needed = static_cast<std::uint8_t>(1 + static_cast<unsigned>(count_of_legs * random_.uniform()));
    call.cpu_share = 0.5;
    std::vector<LegOptions> legs;
    for (unsigned i = 0; i < count_of_legs; ++i) legs.push_back({any_machine(), up_to(4ms)});
    if (hedging_ != 0 && call.needed < count_of_legs) {
      call.hedging = hedging_;
      call.reserve = 1;
    }
    const Reply reply = co_await world_.rpc.call(call, legs.data(), count_of_legs);
    count(reply.outcome);
    caller.ended = true;
  }

  Task<void> serve(MachineIndex machine, ReplyTo reply, std::uint64_t kind, Duration work) {
    const Life life(&serving_);
    if (kind == 0) co_return;  // Drops the request.
    co_await sleep(world_.scheduler, work);
    if (kind == 1) {
      const TransferOutcome sent =
          co_await world_.transfers.send(machine, (machine + 5) % world_.fleet.size(), spec::Bytes{3e5});
      if (sent != TransferOutcome::done) co_return;
    } else if (kind == 2) {
      const DiskOutcome written = co_await world_.disks.write(machine, spec::Bytes{1e5});
      if (written != DiskOutcome::done) co_return;
    } else if (kind == 3) {  // As a flow, from elsewhere.
      const TransferOutcome sent =
          co_await world_.transfers.send((machine + 3) % world_.fleet.size(), machine, spec::Bytes{2e6});
      if (sent != TransferOutcome::done) co_return;
    }
    const Reply nested = co_await world_.rpc.call(call_from(machine, 20ms),
                                                  LegOptions{(machine + 7) % world_.fleet.size(), 500us});
    if (nested.outcome == Outcome::ok) {
      reply.ok();
    } else {
      reply.refuse();
    }
  }

  Call call_by_task(MachineIndex client) {
    const MachineIndex server = any_machine();
    const auto kind = static_cast<std::uint64_t>(6 * random_.uniform());
    const Duration work = up_to(10ms);
    return world_.rpc.call_task(options(client), {server, up_to(1ms)},
                                [&](ReplyTo reply) { return serve(server, std::move(reply), kind, work); });
  }

  Task<void> call_served_by_task(MachineIndex client) {
    Caller caller(&abandoned_);
    const Reply reply = co_await call_by_task(client);
    count(reply.outcome);
    caller.ended = true;
  }

  Task<void> work_alone(MachineIndex client) {
    Caller caller(&abandoned_);
    const Reply reply = co_await world_.rpc.serve(client, 0, up_to(5ms), 1);
    count(reply.outcome);
    caller.ended = true;
  }

  Task<void> call_in_group(MachineIndex client) {
    Caller caller(&abandoned_);
    CallGroup group(3);
    for (int i = 0; i < 6; ++i) {
      if (i % 2 == 0) {
        co_await group.start(call_by_task(client));
      } else {
        co_await group.start(world_.rpc.call(options(client), LegOptions{any_machine(), up_to(3ms)}));
      }
    }
    co_await group.join();
    count(Outcome::ok);
    caller.ended = true;
  }

  SmallWorld small_;
  World& world_;
  DrawSequence random_;
  DrawSequence deaths_;
  std::uint64_t started_ = 0;
  std::uint64_t abandoned_ = 0;
  std::uint64_t died_ = 0;
  int serving_ = 0;
  std::uint8_t hedging_ = 0;
  Duration short_timeout_ = 20ms;
  bool healed_ = false;
  std::array<std::uint64_t, 4> outcomes_{};
};

TEST_CASE("by flows too every call ends and nothing is left behind") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    check_report([seed](Report& report) {
      auto& calls = *new Storm(seed);
      calls.carry_by_flows();
      calls.run(report);
    });
  }
}

TEST_CASE("with all that keeps a service up every call ends, and nothing is left behind") {
  for (const bool by_flows : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      check_report([&](Report& report) {
        auto& calls = *new Storm(seed, Shedding::codel);
        if (by_flows) calls.carry_by_flows();
        calls.take_care();
        calls.run(report);
      });
    }
  }
}

TEST_CASE("every call ends and nothing is left behind, whatever dies when") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    check_report([seed](Report& report) { (new Storm(seed))->run(report); });
  }
}

}  // namespace
}  // namespace chatsim::tests
