#include "planner/blame/waits.hpp"

#include <cmath>

#include "planner/queueing/erlang.hpp"
#include "tests/figure.hpp"
#include "tests/planner/blame/made_up_traces.hpp"

using namespace chatsim;
using planner::Waits;
using tests::figure;

namespace {

constexpr int requests = 400'000;
constexpr Waits::Place store{1, 1, Waits::Kind::thread, 0};

/// A station at which a part of all waits, exponentially; quantile by quantile, so that there is no chance in it.
tests::MadeUpTraces waits_of(int threads, double load, double waiting, double mean_ns, double service_ns) {
  tests::MadeUpTraces made_up;
  made_up.traces.stations[1].threads = static_cast<std::uint32_t>(threads);
  made_up.traces.stations[1].thread_load = {static_cast<float>(load)};
  made_up.begin();
  const int waited = static_cast<int>(requests * waiting);
  for (int i = 0; i < requests; ++i) {
    const double wait = i < waited ? -std::log((i + 0.5) / waited) * mean_ns : 0;
    const std::int64_t wait_ns = std::llround(wait) + (i < waited);
    made_up.call(1, {{.thread_wait_ns = wait_ns, .service_ns = std::llround(service_ns)}}, 1, 0, 1);
  }
  return made_up;
}

struct Shape {
  double waiting = 0, mean_ns = 0;
};

Shape changed(const spec::Traces& traces, const planner::StationChange& change) {
  Waits waits(traces);
  Shape shape;
  for (const spec::WayLeg& leg : traces.legs) {
    const double wait = waits.changed(store, static_cast<double>(leg.thread_wait_ns), change);
    shape.waiting += wait > 0;
    shape.mean_ns += wait;
  }
  shape.mean_ns /= shape.waiting;
  shape.waiting /= requests;
  return shape;
}

}  // namespace

TEST_CASE("of an M/M/c queue what it is with less load, shorter services or more servers") {
  const int servers = GENERATE(1, 4, 16);
  const double load = GENERATE(0.5, 0.9);
  const double service_ns = 1e6;
  // Mean wait of who waits: S / (c - A).
  const auto mean_at = [](double c, double a, double service) { return service / (c - a); };
  const double erlangs = load * servers;
  const double waiting = planner::erlang_c(servers, erlangs);
  const auto made_up = waits_of(servers, load, waiting, mean_at(servers, erlangs, service_ns), service_ns);
  const std::string of = std::to_string(servers) + " servers at " + std::to_string(load);

  const Shape faster = changed(made_up.traces, {.load = 0.8, .residual = 0.8});
  CHECK(figure("who waits, services x 0.8, " + of, planner::erlang_c(servers, 0.8 * erlangs), faster.waiting, 0.003));
  const double mean_faster = mean_at(servers, 0.8 * erlangs, 0.8 * service_ns);
  CHECK(figure("and for how long", mean_faster, faster.mean_ns, 0.02 * mean_faster));

  const int more = static_cast<int>(std::round(1.25 * servers));
  const Shape wider = changed(made_up.traces, {.servers = 1.25});
  CHECK(figure("who waits, servers x 1.25, " + of, planner::erlang_c(more, erlangs), wider.waiting, 0.003));
  const double mean_wider = mean_at(more, erlangs, service_ns);
  CHECK(figure("and for how long", mean_wider, wider.mean_ns, 0.02 * mean_wider));
}

TEST_CASE("where more is waited than chance would have it, requests came together, and do so still") {
  // A queue of 4 at 0.2, of which one in a hundred waits when they come one by one; here every fifth, 1 ms each.
  constexpr double service_ns = 1e6;
  const auto made_up = waits_of(4, 0.2, 0.2, 1e6, service_ns);
  const double excess = 1 - planner::erlang_c(4, 0.8) * service_ns / 3.2 / (0.2 * 1e6);
  CHECK(excess > 0.98);
  const auto mean_after = [&](const planner::StationChange& change) {
    const Shape shape = changed(made_up.traces, change);
    return shape.waiting * shape.mean_ns;
  };
  const double all = 0.2 * 1e6;
  CHECK(figure("services of the bursts x 0.8, of others the same: 0.8 x 0.8 + 0.2", 0.84 * all,
               mean_after({.burst = 0.8}), 0.01 * all));
  // One more is free, for which a quarter of a service was waited: of exponential waits exp(-1/4) are longer, by as much.
  // And the others, 4.2 free in the mean and not 3.2, have worked them off sooner.
  CHECK(figure("5 threads: 1 ms / 4 less, and 4 / 5 of the rest", std::exp(-0.25) * 3.2 / 4.2 * 0.8 * all,
               mean_after({.servers = 1.25}), 0.01 * all));
  CHECK(figure("a quarter more at a time", 1.25 * all, mean_after({.together = 1.25}), 0.01 * all));
}

TEST_CASE("who does not wait does not wait") {
  const auto made_up = waits_of(4, 0.2, 0.2, 1e6, 1e6);
  Waits waits(made_up.traces);
  CHECK(waits.changed(store, 0, {.load = 0.8}) == 0);
}
