#include "sim/faults/timetable.hpp"

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

// What a timetable breaks moves messages as computed by hand, and is mended when it says.
namespace chatsim::tests {
namespace {

using spec::FaultKind;

constexpr Duration service = 1ms;
/// 1,000 B and 500 B at 1 ns a byte on the cards, 14 us each way between two racks of a pod.
constexpr Duration usual = service + 1500ns + 2 * one_way_in_pod;

spec::Fault fault(FaultKind kind, const std::string& target, double at_s, std::optional<double> lasts_s) {
  spec::Fault fault;
  fault.kind = kind;
  fault.target = target;
  fault.at = spec::Seconds{at_s};
  if (lasts_s) fault.lasts = spec::Seconds{*lasts_s};
  return fault;
}

/// A world in which faults happen, with calls from host 0 to host 4 (rack 1) every 100 ms from 50 ms on.
struct Faulty {
  explicit Faulty(std::vector<spec::Fault> faults, FaultHooks hooks = {}, float cpu_share = 0)
      : small({.name = "server", .machines = 16, .threads = 10}),
        timetable(small.world, std::move(faults), 2, std::move(hooks)) {
    timetable.start();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CallOptions options = call_from(small.on(0), 20ms);
      options.cpu_share = cpu_share;
      small.spawn_at(when(i), small.on(0), call_once(&small.world, options, {{small.on(4), service}}, &answers[i]));
    }
  }
  static Duration when(std::size_t i) { return 50ms + static_cast<std::int64_t>(i) * 100ms; }
  Duration took(std::size_t i) const { return answers[i].at - when(i); }

  SmallWorld small;
  FaultTimetable timetable;
  std::array<Answer, 10> answers;
};

std::string outcomes(const Faulty& faulty) {
  std::string text;
  for (const Answer& answer : faulty.answers)
    text += answer.at == Duration{-1} ? '-' : name_of(answer.outcome)[0];
  return text;  // o: ok, l: lost, t: timeout, -: none.
}

TEST_CASE("Machines crash and come back; overlapping faults add up") {
  check_report([](Report& report) {
    Faulty faulty({fault(FaultKind::crash, "rack 1", 0.2, 0.3), fault(FaultKind::crash, "rack 1", 0.4, 0.34)});
    faulty.small.run(2s);
    report.same("down from 200 ms to 740 ms, calls at 50, 150, ...", std::string("ootttttooo"), outcomes(faulty));
    const auto& events = faulty.timetable.events();
    report.same("machines of a rack", std::size_t{4}, events[0].machines.size());
    report.same("the first ended", 500ms, *events[0].ended - at(0s));
    report.same("and the second", 740ms, *events[1].ended - at(0s));
  });
}

TEST_CASE("A timetable is mended before its time by who ends it") {
  check_report([](Report& report) {
    Faulty faulty({fault(FaultKind::crash, "rack 1", 0.2, std::nullopt), fault(FaultKind::unplug, "rack 1", 0.9, 1)});
    faulty.small.spawn_at(500ms, no_machine, [](FaultTimetable* timetable) -> Task<void> {
      timetable->end_all();
      co_return;
    }(&faulty.timetable));
    faulty.small.run(2s);
    report.same("down from 200 ms to 500 ms, nothing later", std::string("ootttooooo"), outcomes(faulty));
  });
}

TEST_CASE("Links that are off, and partitions, stop messages one way or both") {
  check_report([](Report& report) {
    Faulty unplugged({fault(FaultKind::unplug, "rack 1", 0.2, 0.3)});
    unplugged.small.run(2s);
    report.same("rack 1 unplugged from 200 ms to 500 ms", std::string("ootttooooo"), outcomes(unplugged));
  });
  const auto parted = [](spec::FaultDirection direction, const std::string& against) {
    spec::Fault partition = fault(FaultKind::partition, "rack 1", 0.2, 0.3);
    partition.direction = direction;
    partition.against = against;
    return partition;
  };
  struct Case {
    spec::FaultDirection direction;
    const char* against;
    const char* expected;
  };
  // Requests or answers: either is enough for a timeout.
  for (const Case& one : {Case{spec::FaultDirection::both, "", "ootttooooo"},
                          Case{spec::FaultDirection::from_target, "", "ootttooooo"},
                          Case{spec::FaultDirection::to_target, "", "ootttooooo"},
                          Case{spec::FaultDirection::both, "rack 2", "oooooooooo"},
                          Case{spec::FaultDirection::both, "rack 0", "ootttooooo"}}) {
    check_report([&](Report& report) {
      Faulty faulty({parted(one.direction, one.against)});
      faulty.small.run(2s);
      report.same(fmt::format("rack 1 against '{}'", one.against), std::string(one.expected), outcomes(faulty));
    });
  }
  check_report([&](Report& report) {
    Faulty faulty({parted(spec::FaultDirection::from_target, "")});
    const Platform& platform = faulty.small.world.platform;
    bool out = true, in = false, dead_or_alive = true;
    faulty.small.in_simgrid(300ms, [&] {
      out = platform.reachable(4, 0);
      in = platform.reachable(0, 4);
      dead_or_alive = platform.connected(4, 0);
    });
    faulty.small.run(1s);
    report.same("from the rack, nothing", false, out);
    report.same("into it, all", true, in);
    report.same("nor does the news of a death come out", false, dead_or_alive);
    report.same("afterwards", true, platform.everything_on());
  });
}

TEST_CASE("Flows that a partition comes between fail at that instant, and none begins until it is over") {
  check_report([](Report& report) {
    Faulty faulty({fault(FaultKind::partition, "rack 1", 0.2, 0.3)});
    World& world = faulty.small.world;
    struct Ended {
      FlowOutcome outcome{};
      Duration at{-1};
    };
    std::array<Ended, 3> flows;
    const auto start = [&](Duration when, HostIndex from, HostIndex to, Ended* ended) {
      faulty.small.in_simgrid(when, [&world, from, to, ended] {
        world.flows.start(from, to, spec::Bytes{1e9}, [&world, ended](FlowOutcome outcome) {
          *ended = {outcome, world.scheduler.now() - at(0s)};
        });
      });
    };
    start(100ms, 0, 4, &flows[0]);
    start(100ms, 0, 8, &flows[1]);
    start(300ms, 4, 0, &flows[2]);
    faulty.small.run(2s);
    report.same("into the rack", static_cast<int>(FlowOutcome::failed), static_cast<int>(flows[0].outcome));
    report.same("when", 200ms, flows[0].at);
    report.same("elsewhere", static_cast<int>(FlowOutcome::completed), static_cast<int>(flows[1].outcome));
    report.same("out of the rack, meanwhile", static_cast<int>(FlowOutcome::unreachable), static_cast<int>(flows[2].outcome));
  });
}

TEST_CASE("Slow links, machines and disks take what they should") {
  check_report([](Report& report) {
    spec::Fault slow = fault(FaultKind::slow_link, "rack 1", 0.2, 0.3);
    slow.latency = spec::Seconds{1e-3};
    slow.factor = 1;
    Faulty faulty({slow});
    faulty.small.run(2s);
    report.same("before", usual, faulty.took(1));
    report.same("1 ms more there and 1 ms more back", usual + 2ms, faulty.took(2));
    report.same("afterwards", usual, faulty.took(5));
  });
  check_report([](Report& report) {
    spec::Fault slow = fault(FaultKind::slow_machine, "rack 1", 0.2, 0.3);
    slow.factor = 4;
    spec::Fault slower = slow;
    slower.at = spec::Seconds{0.3};
    slower.lasts = spec::Seconds{0.1};
    slower.factor = 2;
    Faulty faulty({slow, slower});
    faulty.small.run(2s);
    report.same("before", usual, faulty.took(1));
    report.same("four times as slow", usual + 3 * service, faulty.took(2));
    report.same("eight times, while both last", usual + 7 * service, faulty.took(3));
    report.same("four times again", usual + 3 * service, faulty.took(4));
    report.same("afterwards", usual, faulty.took(5));
  });
  check_report([](Report& report) {
    spec::Fault slow = fault(FaultKind::slow_disk, "rack 1", 0.2, 0.3);
    slow.factor = 10;
    Faulty faulty({slow}, {}, 0.25F);
    faulty.small.run(2s);
    report.same("0.25 ms of core, ten times 0.75 ms beside", usual + 9 * 750us, faulty.took(2));
    report.same("afterwards", usual, faulty.took(5));
  });
}

TEST_CASE("What a lossy link loses is sent again after a timeout that doubles") {
  check_report([](Report& report) {
    spec::Fault lossy = fault(FaultKind::lossy_link, "rack 1", 0, std::nullopt);
    lossy.loss = spec::Probability{0.1};
    lossy.direction = spec::FaultDirection::to_target;
    SmallWorld small({.name = "server", .machines = 16, .threads = 10'000});
    small.world.wire.set_retransmission({.random = {7}, .stream = 31, .timeout = 200ms});
    FaultTimetable timetable(small.world, {lossy}, 2, {});
    timetable.start();
    constexpr std::size_t calls = 20'000;
    std::vector<Answer> answers(calls);
    CallOptions options = call_from(small.on(0), 100s);
    options.cpu_share = 0;
    for (std::size_t i = 0; i < calls; ++i) {
      small.spawn_at(1ms + static_cast<std::int64_t>(i) * 10us, small.on(0),
                     call_once(&small.world, options, {{small.on(4), service}}, &answers[i]));
    }
    small.run(100s);
    std::array<double, 3> again{};
    for (std::size_t i = 0; i < calls; ++i) {
      const Duration late = answers[i].at - (1ms + static_cast<std::int64_t>(i) * 10us) - usual;
      for (int k = 0; k < 3; ++k) again[k] += std::chrono::abs(late - 200ms * ((1 << k) - 1)) < 10ms;
    }
    // Standard deviations of the counts: 42, 40 and 13.
    report.near("at once: 0.9", 0.9, again[0] / calls, 0.01);
    report.near("once again, 200 ms late: 0.1 x 0.9", 0.09, again[1] / calls, 0.08);
    report.near("twice, 600 ms late: 0.01 x 0.9", 0.009, again[2] / calls, 0.25);
    const auto retransmissions = static_cast<double>(small.world.wire.retransmissions());
    report.near("retransmissions a message: 0.1 / 0.9", 0.1 / 0.9, retransmissions / calls, 0.08);
  });
}

TEST_CASE("A deploy drains and restarts one machine after the other") {
  check_report([](Report& report) {
    std::vector<std::string> told;
    World* world = nullptr;
    const auto note = [&](const std::string& what, MachineIndex machine) {
      told.push_back(fmt::format("{} {} at {} ms", what, machine,
                                 (world->scheduler.now() - at(0s)).count() / 1'000'000));
    };
    spec::Fault deploy = fault(FaultKind::deploy, "server 0-1", 0.1, 0.05);
    deploy.over = spec::Seconds{0.4};
    deploy.drain = spec::Seconds{0.02};
    FaultHooks hooks;
    hooks.drain = [&](MachineIndex machine, Duration) { note("drain", machine); };
    hooks.drained = [&](MachineIndex machine) { note("back", machine); };
    Faulty faulty({deploy}, hooks);
    world = &faulty.small.world;
    faulty.small.run(2s);
    const std::vector<std::string> expected{"drain 0 at 100 ms", "back 0 at 170 ms", "drain 1 at 300 ms", "back 1 at 370 ms"};
    report.same("machines by half of 400 ms", fmt::format("{}", fmt::join(expected, ", ")), fmt::format("{}", fmt::join(told, ", ")));
    report.same("all of them", std::size_t{2}, faulty.timetable.events()[0].machines.size());
    report.same("over with the last one, at 100 + 400 + 20 + 50 ms", 570ms, *faulty.timetable.events()[0].ended - at(0s));
  });
}

TEST_CASE("Targets name the machines that they should") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16});
    const Places places(small.world, 2, [&](const std::string& table, std::uint64_t row) {
      return std::vector<MachineIndex>{static_cast<MachineIndex>(row), table == "message" ? 2U : 3U};
    });
    const auto hosts = [&](const std::string& target) { return fmt::format("{}", fmt::join(places.hosts(target), " ")); };
    report.same("rack 2", std::string("8 9 10 11"), hosts("rack 2"));
    report.same("pod 1", std::string("8 9 10 11 12 13 14 15"), hosts("pod 1"));
    report.same("power 1 of 2: every other rack", std::string("4 5 6 7 12 13 14 15"), hosts("power 1"));
    report.same("racks 0-1, a machine of one of them named again", std::string("0 1 2 3 4 5 6 7"),
                hosts(fmt::format("rack 0-1, server {}", small.on(5))));
    report.same("a quarter of 16 machines", std::size_t{4}, places.machines("server 25%").size());
    report.same("a quarter, strewn", std::string("2 6 10 14"), fmt::format("{}", fmt::join(places.machines("server 25%"), " ")));
    report.same("replicas", std::string("2 9"), fmt::format("{}", fmt::join(places.machines("replicas message 9"), " ")));
    report.same("links of two racks", std::size_t{2}, places.links("rack 0, rack 3").up.size());
    report.same("others than a pod", std::size_t{8}, places.others(places.hosts("pod 0")).size());
  });
}

}  // namespace
}  // namespace chatsim::tests
