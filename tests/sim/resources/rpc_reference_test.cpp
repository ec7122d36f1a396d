#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "sim/kernel/random/random.hpp"
#include "sim/resources/rpc.hpp"
#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

// Every call ends at the nanosecond, with the outcome and the value, that a list of all answers in order of
// arrival gives.
namespace chatsim::tests {
namespace {

constexpr int calls = 4000;
constexpr Duration slot = 10ms;  // One call at a time: all of it is over by then.

struct LegPlan {
  MachineIndex server = 0;
  Duration service{};
  bool refuses = false;
  std::uint64_t value = 0;
};

struct CallPlan {
  MachineIndex client = 0;
  std::vector<LegPlan> legs;
  unsigned needed = 1;
  std::uint32_t request_bytes = 0;
  Duration timeout{};
  bool largest_value = false;
  std::optional<MachineIndex> dies;
  Duration dies_after{};
};

class Plans {
 public:
  explicit Plans(std::uint64_t seed) : random_({seed}, 1) {}

  CallPlan next() {
    CallPlan plan;
    std::array<MachineIndex, 16> machines;
    for (MachineIndex i = 0; i < machines.size(); ++i) machines[i] = i;
    for (unsigned i = 0; i < 13; ++i) std::swap(machines[i], machines[i + below(16 - i)]);
    plan.client = machines[0];
    const unsigned legs = 1 + below(below(2) == 0 ? 3 : 12);
    plan.needed = 1 + below(legs);
    // Either the first three legs within what is looked ahead and the others beyond, or all within.
    plan.request_bytes = below(3) == 0 ? 60'000 : 1000;
    plan.largest_value = below(2) == 0;
    plan.timeout = below(4) == 0 ? Duration{1us} * (60 + below(200)) : Duration{5ms};
    const bool one_is_local = below(4) == 0;
    const unsigned refuse_one_in = below(2) == 0 ? 4 : 1000;
    // In whole microseconds out of few, so that answers often come in the same nanosecond.
    const unsigned spread = below(2) == 0 ? 10 : 300;
    for (unsigned i = 0; i < legs; ++i) {
      plan.legs.push_back({.server = machines[one_is_local ? i : i + 1],
                           .service = 1us * (20 + below(spread)),
                           .refuses = below(refuse_one_in) == 0,
                           .value = below(100)});
    }
    if (below(3) == 0) {
      plan.dies = plan.legs.back().server;
      if (*plan.dies == plan.client) plan.dies.reset();
      plan.dies_after = 1us * below(400) + 333ns;
    }
    return plan;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_.uniform() * bound); }

  DrawSequence random_;
};

struct ReferenceAnswer {
  Duration arrives;
  Duration sent;
  enum Kind { ok, refusal, death } kind;
  std::uint64_t value;
};

/// All times from when the call is made.
Answer reference(const World& world, const CallPlan& plan) {
  const auto way = [&](MachineIndex from, MachineIndex to) {
    return world.platform.latency(world.fleet[from].host, world.fleet[to].host);
  };
  std::vector<ReferenceAnswer> answers;
  Duration card{};
  for (const LegPlan& leg : plan.legs) {
    card += 1ns * plan.request_bytes;
    const bool dies = plan.dies == leg.server;
    const Duration arrives = card + way(plan.client, leg.server), served = arrives + leg.service;
    const Duration back_home = way(leg.server, plan.client);
    if (dies && served > plan.dies_after) {
      const bool known_there = arrives <= Rpc::lookahead || arrives <= plan.dies_after;
      const Duration sent = known_there ? plan.dies_after : arrives;
      answers.push_back({sent + back_home, sent, ReferenceAnswer::death, 0});
    } else {
      const Duration comes = leg.server == plan.client ? served : served + 1ns * reply_bytes + back_home;
      answers.push_back(
          {comes, served, leg.refuses ? ReferenceAnswer::refusal : ReferenceAnswer::ok, leg.value});
    }
  }
  std::stable_sort(answers.begin(), answers.end(), [](const ReferenceAnswer& a, const ReferenceAnswer& b) {
    return std::pair(a.arrives, a.sent) < std::pair(b.arrives, b.sent);
  });
  std::size_t succeeded = 0, failed = 0;
  std::uint64_t largest = 0;
  for (const ReferenceAnswer& answer : answers) {
    if (answer.arrives > plan.timeout) break;
    largest = std::max(largest, answer.value);
    succeeded += answer.kind == ReferenceAnswer::ok;
    failed += answer.kind != ReferenceAnswer::ok;
    const std::uint64_t value = plan.largest_value ? largest : answer.value;
    if (succeeded == plan.needed) return {Outcome::ok, value, answer.arrives};
    if (failed > plan.legs.size() - plan.needed) {
      return {answer.kind == ReferenceAnswer::death ? Outcome::lost : Outcome::rejected, value,
              answer.arrives};
    }
  }
  return {Outcome::timeout, plan.largest_value ? largest : 0, plan.timeout};
}

struct Planned {
  World* world;
  std::vector<CallPlan> plans;
};

Served serve_as_planned(void* context, Leg& leg, CallRecord& call) {
  const auto& planned = *static_cast<const Planned*>(context);
  const auto now = static_cast<std::size_t>((planned.world->scheduler.now() - at(0s)) / slot);
  const LegPlan& plan = planned.plans[now].legs[call.index_of(leg)];
  leg.value = plan.value;
  return plan.refuses ? Served::refuse : Served::reply;
}

std::string text(const Answer& answer, Duration start) {
  return fmt::format("{} with {} after {} ns", name_of(answer.outcome), answer.value,
                     (answer.at - start).count());
}

TEST_CASE("calls end when, how and with what the list of all their answers says") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 10});
    World& world = small.world;
    const std::size_t live = arena.live();
    Planned planned{&world, {}};
    const std::uint8_t server = world.rpc.add_server(serve_as_planned, &planned);
    Plans plans(1);
    std::vector<Answer> answers(calls);
    for (int i = 0; i < calls; ++i) {
      const CallPlan plan = plans.next();
      CallOptions options = call_from(plan.client, plan.timeout);
      options.server = server;
      options.needed = static_cast<std::uint8_t>(plan.needed);
      options.request_bytes = plan.request_bytes;
      options.largest_value = plan.largest_value;
      std::vector<LegOptions> legs;
      for (const LegPlan& leg : plan.legs) legs.push_back({leg.server, leg.service});
      small.spawn_at(i * slot, plan.client,
                     call_once(&world, options, std::move(legs), &answers[static_cast<std::size_t>(i)]));
      if (plan.dies) {
        small.kill(i * slot + plan.dies_after, *plan.dies);
        small.restart(i * slot + 8ms, *plan.dies);
      }
      planned.plans.push_back(plan);
    }
    small.run(calls * slot + 1s);
    std::array<std::uint64_t, 4> outcomes{};
    std::uint64_t wrong = 0;
    std::string first_wrong;
    for (std::size_t i = 0; i < calls; ++i) {
      const CallPlan& plan = planned.plans[i];
      const Answer expected = reference(world, plan);
      ++outcomes[static_cast<std::size_t>(answers[i].outcome)];
      const std::string is = text(answers[i], static_cast<int>(i) * slot), should_be = text(expected, 0ns);
      if (is != should_be && wrong++ == 0) {
        first_wrong = fmt::format("call {}, {} of {}: {} instead of {}", i, plan.needed, plan.legs.size(), is,
                                  should_be);
      }
    }
    report.same(fmt::format("of {} calls ({} ok, {} rejected, {} lost, {} timed out) differ", calls,
                            outcomes[0], outcomes[1], outcomes[2], outcomes[3]),
                std::uint64_t{0}, wrong);
    report.same("the first of them", std::string(), first_wrong);
    report.same(
        "every kind of end was seen", true,
        std::all_of(outcomes.begin(), outcomes.end(), [](std::uint64_t count) { return count > 50; }));
    std::set<Duration> timeouts;
    for (const CallPlan& plan : planned.plans) timeouts.insert(plan.timeout);
    report.same("nothing is left but a list for each distinct timeout", live + timeouts.size(), arena.live());
  });
}

}  // namespace
}  // namespace chatsim::tests
