#include "sim/resources/transfers.hpp"

#include <simgrid/s4u/Link.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

using namespace spec::literals;

const char* name_of(TransferOutcome outcome) {
  switch (outcome) {
    case TransferOutcome::done:
      return "done";
    case TransferOutcome::unreachable:
      return "unreachable";
    case TransferOutcome::lost:
      return "lost";
  }
  return "?";
}

struct Sent {
  TransferOutcome outcome{};
  Duration at{-1};
};

void expect(Report& report, const std::string& what, TransferOutcome outcome, Duration when,
            const Sent& sent) {
  report.same(what + ": outcome", std::string(name_of(outcome)), std::string(name_of(sent.outcome)));
  report.same(what + ": when", when, sent.at);
}

Task<void> transfer(World* world, MachineIndex from, MachineIndex to, spec::Bytes size, Sent* sent) {
  const TransferOutcome outcome = co_await world->transfers.send(from, to, size);
  *sent = {outcome, world->scheduler.now() - at(0s)};
}

constexpr TransferOptions all_in_simgrid{.flow_threshold = spec::Bytes{0}};

TEST_CASE("a transfer alone takes size over bandwidth, and the way; a bounded number of events") {
  for (const auto& [size, events] : {std::pair{1_B, 2},
                                     {10_kB, 2},
                                     {64_kB, 2},
                                     {spec::Bytes{64001}, 3},
                                     {1_MB, 17},
                                     {8192_kB, 129},
                                     {60_MB, 129},
                                     {64_MB, 1}}) {
    check_report([&](Report& report) {
      SmallWorld small;
      Sent sent;
      spawn(small.on(0), transfer(&small.world, small.on(0), small.on(4), size, &sent));
      small.run(1s);
      expect(report, fmt::format("{:.0f} B x 1 ns + 14 us", size.value()), TransferOutcome::done,
             Duration{static_cast<Duration::rep>(size.value())} + one_way_in_pod, sent);
      report.same("events", static_cast<std::uint64_t>(events), small.world.scheduler.events());
      report.same("counted as done", std::uint64_t{1}, small.world.transfers.counts().done);
    });
  }
}

/// Sends all at once from host 0. \returns how long each took, in seconds.
std::vector<double> times_of(SmallWorld& small, const std::vector<spec::Bytes>& sizes) {
  std::vector<Sent> sent(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    spawn(small.on(0),
          transfer(&small.world, small.on(0), small.on(static_cast<HostIndex>(4 + i)), sizes[i], &sent[i]));
  }
  small.run(10s);
  std::vector<double> times;
  for (const Sent& each : sent)
    times.push_back(each.outcome == TransferOutcome::done ? to_seconds(each.at).value() : -1);
  return times;
}

TEST_CASE("transfers share their sender's card evenly within a chunk") {
  constexpr double chunk = 64e-6;
  check_report([&](Report& report) {
    SmallWorld small;
    const auto times = times_of(small, {1_MB, 1_MB});
    report.near("1st of two of 1 MB: 2 ms - 64 us .. 2 ms, + 14 us", 2.014e-3, times[0], chunk / 2e-3);
    report.near("2nd: both are on the card for 2 ms, + 14 us", 2.014e-3, times[1], 1e-12);
  });
  check_report([&](Report& report) {
    SmallWorld small;
    const auto times = times_of(small, {60_MB, 1_MB});
    const double large_chunk = 60e-3 / 128;
    report.near("1 MB beside 60 MB, whose chunks are 7 times as large: 2 ms, within one of them", 2.014e-3,
                times[1], large_chunk / 2e-3);
    report.near("60 MB: in the end 61 MB are sent", 61.014e-3, times[0], 1e-3);
  });
  check_report([&](Report& report) {
    SmallWorld small;
    const auto times = times_of(small, {60_MB, 10_MB, 10_MB, 10_MB});
    for (std::size_t i = 1; i < 4; ++i) report.near("10 MB, one of 4: 4 x 10 ms", 40e-3, times[i], 0.02);
    report.near("60 MB: 90 MB are sent", 90.014e-3, times[0], 0.01);
  });
}

TEST_CASE("a transfer that waits for its last chunk to arrive slows nobody down") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    small.in_simgrid(0s, [&] { world.platform.rack_downlink(1)->set_latency(30e-3); });
    Sent far, near;
    small.spawn_at(1ms, small.on(0), transfer(&world, small.on(0), small.on(4), 1_MB, &far));
    small.spawn_at(1ms, small.on(0), transfer(&world, small.on(0), small.on(1), 30_MB, &near));
    small.run(1s);
    report.near("1 MB, sent within 2 ms, + 30.009 ms", 33.009e-3, to_seconds(far.at).value(), 0.01);
    report.near("30 MB beside it in a rack: 1 + 31 ms, + 4 us, within two chunks", 32.004e-3,
                to_seconds(near.at).value(), 0.008);
  });
}

TEST_CASE("a message waits for at most a chunk, however many transfers there are") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    Sent sent[2];
    for (Sent& each : sent) spawn(small.on(0), transfer(&world, small.on(0), small.on(8), 8_MB, &each));
    std::vector<Answer> answers(100);
    Duration worst{}, sum{};
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Duration start = 1ms + i * 117us;
      small.spawn_at(start, small.on(0),
                     call_once(&world, call_from(small.on(0)), {{small.on(4), 0ns}}, &answers[i]));
    }
    small.run(1s);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Duration waited = answers[i].at - (1ms + i * 117us) - (1500ns + 2 * one_way_in_pod);
      worst = std::max(worst, waited);
      sum += waited;
    }
    report.same(
        fmt::format("worst of 100 messages waits {} us, at most 64 us", to_seconds(worst).value() * 1e6),
        true, worst <= 64us && worst > 50us);
    report.near("the transfers: 16 MB and 100 messages", 16.1e-3 + 34e-6,
                to_seconds(std::max(sent[0].at, sent[1].at)).value(), 1e-9);
  });
}

TEST_CASE("the plane's transfers and SimGrid's flows take the same time") {
  const std::vector<std::vector<spec::Bytes>> all_sizes{{100_kB},
                                                        {1_MB},
                                                        {20_MB},
                                                        {1_MB, 1_MB},
                                                        {5_MB, 5_MB},
                                                        {5_MB, 10_MB, 30_MB},
                                                        {60_MB, 60_MB, 60_MB, 20_MB}};
  for (const auto& sizes : all_sizes) {
    check_report([&](Report& report) {
      std::string what;
      for (const spec::Bytes size : sizes) what += fmt::format("{:g} ", size.value() / 1e6);
      // A second world needs a process of its own.
      std::string plane = in_child([&] {
        SmallWorld small;
        std::string text;
        for (const double time : times_of(small, sizes)) text += fmt::format("{} ", time);
        return text;
      });
      SmallWorld small;
      small.world.transfers.set_options(all_in_simgrid);
      const auto flows = times_of(small, sizes);
      std::istringstream numbers(plane);
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        double time = -1;
        numbers >> time;
        report.near(
            fmt::format("{:g} MB of {}MB at once, in s; SimGrid expects", sizes[i].value() / 1e6, what),
            flows[i], time, sizes.size() == 1 ? 1e-6 : 0.035);
      }
    });
  }
}

TEST_CASE("a transfer ends lost when a machine or the way dies") {
  for (const bool flow : {false, true}) {
    check_report([flow](Report& report) {
      const std::string kind = flow ? "flow: " : "chunks: ";
      SmallWorld small;
      World& world = small.world;
      if (flow) world.transfers.set_options(all_in_simgrid);
      const auto on = [&](HostIndex host) { return small.on(host); };
      Sent sender_dies, receiver_dies, way_breaks, no_way, to_the_dead, its_own, back_again;
      constexpr Duration died = 5010us;
      const std::size_t live = arena.live();
      spawn(on(4), transfer(&world, on(0), on(4), 10_MB, &sender_dies));
      spawn(on(0), transfer(&world, on(0), on(5), 10_MB, &its_own));
      spawn(on(1), transfer(&world, on(1), on(6), 10_MB, &receiver_dies));
      spawn(on(2), transfer(&world, on(2), on(8), 10_MB, &way_breaks));
      spawn(on(9), transfer(&world, on(9), on(10), 10_MB, &back_again));
      small.kill(died, on(0));
      small.kill(died, on(6));
      small.kill(died, on(10));
      small.restart(died + 1us, on(10));
      small.cut_off_rack(died, 0);
      small.spawn_at(50ms, on(2), transfer(&world, on(2), on(8), 1_MB, &no_way));
      small.spawn_at(50ms, on(4), transfer(&world, on(4), on(6), 1_MB, &to_the_dead));
      small.run(1s);
      // Chunks are 78,125 B: the one on a card at 5.01 ms leaves at 65 x 78.125 us.
      const Duration shows = flow ? died : 5078125ns;
      expect(report, kind + "the sender dies, who waits at the receiver", TransferOutcome::lost, shows,
             sender_dies);
      report.same(kind + "the sender's own task dies with it", -1ns, its_own.at);
      expect(report, kind + "the receiver dies", TransferOutcome::lost, shows, receiver_dies);
      expect(report, kind + "the way breaks", TransferOutcome::lost, shows, way_breaks);
      expect(report, kind + "the receiver dies and comes up at once", TransferOutcome::lost, shows,
             back_again);
      expect(report, kind + "no way", TransferOutcome::unreachable, 50ms, no_way);
      expect(report, kind + "to a dead machine", TransferOutcome::unreachable, 50ms, to_the_dead);
      const TransferCounts& counts = world.transfers.counts();
      report.same(kind + "started", std::uint64_t{7}, counts.started);
      report.same(kind + "lost", std::uint64_t{4}, counts.lost);
      report.same(kind + "unreachable", std::uint64_t{2}, counts.unreachable);
      report.same(kind + "nothing is left", live, arena.live());
      report.same(kind + "no flow either", std::uint32_t{0}, world.flows.active());
    });
  }
}

TEST_CASE("a transfer ends with who waits for it") {
  for (const bool flow : {false, true}) {
    check_report([flow](Report& report) {
      const std::string kind = flow ? "flow: " : "chunks: ";
      SmallWorld small;
      World& world = small.world;
      if (flow) world.transfers.set_options(all_in_simgrid);
      Sent abandoned, beside;
      const std::size_t live = arena.live();
      // Ordered by a third machine, which dies at 5 ms.
      spawn(small.on(12), transfer(&world, small.on(0), small.on(4), 10_MB, &abandoned));
      spawn(small.on(0), transfer(&world, small.on(0), small.on(5), 10_MB, &beside));
      small.kill(5ms, small.on(12));
      small.run(1s);
      report.same(kind + "nobody goes on", -1ns, abandoned.at);
      report.near(kind + "the other then has the card to itself: 5 ms at half speed, 7.5 ms at full",
                  12.514e-3, to_seconds(beside.at).value(), 0.02);
      report.same(kind + "nothing is left", live, arena.live());
      report.same(kind + "no flow either", std::uint32_t{0}, world.flows.active());
    });
  }
}

}  // namespace
}  // namespace chatsim::tests
