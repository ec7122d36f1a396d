#include <simgrid/kernel/ProfileBuilder.hpp>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

// What is done to SimGrid's own hosts and links moves the messages of the plane, as computed by hand.
namespace chatsim::tests {
namespace {

using namespace spec::literals;
using simgrid::kernel::profile::ProfileBuilder;
using simgrid::kernel::timer::Timer;

constexpr Duration service = 1ms;
// 1000 B and 500 B at 1 ns a byte.
constexpr Duration on_cards = 1us + 500ns;

/// A call by host `from` to host `to` at `when`.
void call_at(SmallWorld& small, Duration when, HostIndex from, HostIndex to, Answer* answer,
             Duration timeout = 20ms) {
  small.spawn_at(
      when, small.on(from),
      call_once(&small.world, call_from(small.on(from), timeout), {{small.on(to), service}}, answer));
}

void expect(Report& report, const std::string& what, Outcome outcome, Duration took, Duration start,
            const Answer& answer) {
  report.same(what + ": outcome", std::string(name_of(outcome)), std::string(name_of(answer.outcome)));
  report.same(what + ": took", took, answer.at - start);
}

enum class By { action, timer, profile };

void check_link_off(By by, const std::string& how) {
  check_report([&](Report& report) {
    PlatformOptions options;
    if (by == By::profile) {
      options.before_seal = [](Platform& platform) {
        platform.rack_uplink(0)->set_state_profile(ProfileBuilder::from_string("off", "0.1 0\n0.3 1\n", -1));
      };
    }
    SmallWorld small({.name = "server", .machines = 16, .threads = 10}, options);
    const auto link = [&small] { return small.world.platform.rack_uplink(0); };
    if (by == By::action) {
      small.in_simgrid(100ms, [link] { link()->turn_off(); });
      small.in_simgrid(300ms, [link] { link()->turn_on(); });
    } else if (by == By::timer) {
      Timer::set(0.1, [link] { link()->turn_off(); });
      Timer::set(0.3, [link] { link()->turn_on(); });
    }
    Answer before, out, in, within, elsewhere, after, answered_too_late;
    call_at(small, 50ms, 0, 4, &before);
    call_at(small, 200ms, 0, 4, &out);
    call_at(small, 210ms, 4, 1, &in);
    call_at(small, 200ms, 2, 3, &within);
    call_at(small, 200ms, 4, 8, &elsewhere);
    call_at(small, 100ms - 500us, 4, 2, &answered_too_late);
    call_at(small, 400ms, 0, 4, &after);
    small.run(1s);
    expect(report, how + ", before: 1.5 us + 2 x 14 us + 1 ms", Outcome::ok,
           on_cards + 2 * one_way_in_pod + service, 50ms, before);
    expect(report, how + ", out of the rack: the deadline of 20 ms", Outcome::timeout, 20ms, 200ms, out);
    expect(report, how + ", into it, whose answer does not come out: 20 ms", Outcome::timeout, 20ms, 210ms,
           in);
    expect(report, how + ", in service there when it goes off: 20 ms", Outcome::timeout, 20ms, 100ms - 500us,
           answered_too_late);
    expect(report, how + ", inside the rack: 1.5 us + 2 x 4 us + 1 ms", Outcome::ok,
           on_cards + 2 * one_way_in_rack + service, 200ms, within);
    expect(report, how + ", elsewhere: 1.5 us + 2 x 34 us + 1 ms", Outcome::ok,
           on_cards + 2 * one_way_between_pods + service, 200ms, elsewhere);
    expect(report, how + ", on again", Outcome::ok, on_cards + 2 * one_way_in_pod + service, 400ms, after);
  });
}

TEST_CASE("link off in SimGrid: calls across it time out, those inside the rack go on", "[simgrid_governs]") {
  check_link_off(By::action, "rack uplink off by an action");
  check_link_off(By::timer, "rack uplink off by a timer");
  check_link_off(By::profile, "rack uplink off by a profile");
}

TEST_CASE("latency doubled in SimGrid moves messages by exactly that", "[simgrid_governs]") {
  for (const bool by_profile : {false, true}) {
    check_report([by_profile](Report& report) {
      const std::string how = by_profile ? "by a profile: " : "by an action: ";
      PlatformOptions options;
      if (by_profile) {
        options.before_seal = [](Platform& platform) {
          platform.rack_uplink(0)->set_latency_profile(
              ProfileBuilder::from_string("slow", "0.1 10e-6\n", -1));
        };
      }
      SmallWorld small({.name = "server", .machines = 16, .threads = 10}, options);
      if (!by_profile)
        small.in_simgrid(100ms, [&] { small.world.platform.rack_uplink(0)->set_latency(10e-6); });
      Answer before, out, in, within;
      call_at(small, 50ms, 0, 4, &before);
      call_at(small, 200ms, 0, 4, &out);
      call_at(small, 210ms, 4, 0, &in);
      call_at(small, 200ms, 2, 3, &within);
      small.run(1s);
      const Duration usual = on_cards + 2 * one_way_in_pod + service;
      expect(report, how + "before: 1.5 us + 2 x 14 us + 1 ms", Outcome::ok, usual, 50ms, before);
      expect(report, how + "rack uplink from 5 to 10 us, its requests 5 us later", Outcome::ok, usual + 5us,
             200ms, out);
      expect(report, how + "and its answers", Outcome::ok, usual + 5us, 210ms, in);
      expect(report, how + "inside the rack nothing changes", Outcome::ok,
             on_cards + 2 * one_way_in_rack + service, 200ms, within);
    });
  }
}

TEST_CASE("host speed halved in SimGrid doubles the service", "[simgrid_governs]") {
  check_report([](Report& report) {
    static_assert(host_speed_levels[2] == 0.5);
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    small.in_simgrid(100ms, [&] { small.world.platform.host(4)->set_pstate(2); });
    small.in_simgrid(300ms, [&] { small.world.platform.host(4)->set_pstate(0); });
    Answer before, during, neighbour, after, waits, behind;
    call_at(small, 50ms, 0, 4, &before);
    call_at(small, 200ms, 0, 4, &during);
    call_at(small, 200ms, 1, 5, &neighbour);
    call_at(small, 400ms, 0, 4, &after);
    // In service at 100 ms, when the speed changes, and waiting behind.
    call_at(small, 100ms - 500us, 0, 4, &waits);
    call_at(small, 100ms - 400us, 1, 4, &behind);
    small.run(1s);
    const Duration wire = on_cards + 2 * one_way_in_pod;
    expect(report, "before: 29.5 us + 1 ms", Outcome::ok, wire + service, 50ms, before);
    expect(report, "at half the speed: 29.5 us + 2 x 1 ms", Outcome::ok, wire + 2 * service, 200ms, during);
    expect(report, "its neighbour's", Outcome::ok, wire + service, 200ms, neighbour);
    expect(report, "at full speed again", Outcome::ok, wire + service, 400ms, after);
    expect(report, "begun before it changed: 29.5 us + 1 ms", Outcome::ok, wire + service, 100ms - 500us,
           waits);
    expect(report, "waiting when it changed: 0.9 ms behind the other, 2 ms", Outcome::ok,
           wire + 900us + 2 * service, 100ms - 400us, behind);
  });
}

TEST_CASE("a saturating flow in SimGrid leaves messages half of the card", "[simgrid_governs]") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 10});
    World& world = small.world;
    // 100 MB at 1 GB/s, from 100 to 200 ms.
    small.in_simgrid(100ms, [&] { world.flows.start(0, 8, 100_MB, [](FlowOutcome) {}); });
    Answer before, during, other_way, elsewhere, after;
    call_at(small, 50ms, 0, 4, &before);
    call_at(small, 150ms, 0, 4, &during);
    call_at(small, 160ms, 4, 0, &other_way);
    call_at(small, 150ms, 1, 5, &elsewhere);
    call_at(small, 250ms, 0, 4, &after);
    double promised = 0;
    small.in_simgrid(150ms, [&] { promised = world.platform.bandwidth_for_message(0, 4).value(); });
    small.run(1s);
    const Duration rest = 2 * one_way_in_pod + service;
    report.near("bandwidth for a message: max(0 unused, C / 2), in B/s", 5e8, promised, 1e-9);
    expect(report, "before: 1000 B and 500 B at 1 ns, 2 x 14 us, 1 ms", Outcome::ok, on_cards + rest, 50ms,
           before);
    expect(report, "beside the flow: 1000 B at 2 ns, 500 B back at 1 ns", Outcome::ok, 2us + 500ns + rest,
           150ms, during);
    expect(report, "towards its sender: 1000 B at 1 ns, 500 B back at 2 ns", Outcome::ok, 1us + 1us + rest,
           160ms, other_way);
    expect(report, "elsewhere", Outcome::ok, on_cards + rest, 150ms, elsewhere);
    expect(report, "when it has ended", Outcome::ok, on_cards + rest, 250ms, after);
  });
}

}  // namespace
}  // namespace chatsim::tests
