#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/kernel/random/sampler.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"

// Hedged requests, Dean and Barroso, "The tail at scale" (CACM 56(2), 2013): "defer sending a secondary request until
// the first has been outstanding for more than the 95th-percentile expected latency", which "limits the additional load
// to approximately 5 % while substantially shortening the latency tail".
//
// With survival function S of one service, hedged after h, and nobody waiting for a thread,
//
//     P(answered after more than t) = S(t) for t < h, S(t) S(t - h) beyond.

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

constexpr double mean_ms = 10;
constexpr int calls = 1'000'000;
constexpr double tail = 0.001;

/// Of S(t) S(t - h) = 0.001.
template <class Survival>
double hedged_p999(Survival survival, double hedge_after) {
  double low = hedge_after, high = 10'000;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (survival(middle) * survival(middle - hedge_after) > tail ? low : high) = middle;
  }
  return high;
}

Task<void> call_hedged(SmallWorld* small, Duration first, Duration second, std::uint8_t hedging,
                       std::vector<double>* latencies) {
  World& world = small->world;
  const Time begin = world.scheduler.now();
  const CallOptions options{.client = small->on(0),
                            .cpu_share = 0,
                            .timeout = 10s,
                            .hedging = hedging,
                            .reserve = static_cast<std::uint8_t>(hedging != 0)};
  const LegOptions legs[] = {{small->on(1), first}, {small->on(2), second}};
  const Reply reply = co_await world.rpc.call(options, legs, hedging != 0 ? 2 : 1);
  if (reply.outcome == Outcome::ok) latencies->push_back(to_seconds(world.scheduler.now() - begin).value() * 1e3);
}

Task<void> make_calls(SmallWorld* small, const Sampler* service, std::uint8_t hedging, std::vector<double>* latencies) {
  for (int i = 0; i < calls; ++i) {
    co_await sim::sleep(small->world.scheduler, 100us);
    const auto draw = [&](std::uint32_t leg) {
      return service->sample(Draw({1}, 1, static_cast<std::uint64_t>(i), leg));
    };
    spawn(small->on(0), call_hedged(small, draw(0), draw(1), hedging, latencies));
  }
}

/// \param hedge_after_ms 0: never.
Figures measured(const spec::Distribution& service, double hedge_after_ms) {
  return figures_of([&](Figures& figures) {
    SmallWorld& small = *new SmallWorld({.name = "server", .machines = 16, .threads = 1'000'000});
    const Sampler sampler(service);
    std::uint8_t hedging = 0;
    if (hedge_after_ms > 0) {
      hedging = small.world.rpc.add_hedging({.after = to_duration(spec::Seconds{hedge_after_ms * 1e-3})});
    }
    std::vector<double> latencies;
    latencies.reserve(calls);
    spawn(small.on(0), make_calls(&small, &sampler, hedging, &latencies));
    small.run(calls * 100us + 20s);
    const auto rank = static_cast<std::ptrdiff_t>((1 - tail) * static_cast<double>(latencies.size()));
    const auto p999 = latencies.begin() + rank;
    std::nth_element(latencies.begin(), p999, latencies.end());
    figures["p999"] = *p999;
    figures["answered"] = static_cast<double>(latencies.size());
    figures["work"] = to_seconds(small.world.rpc.load(0, 0).work).value();
    figures["hedges"] = static_cast<double>(small.world.fleet.resilience(0).hedges_sent) / calls;
  });
}

bool tails(const std::string& name, const std::string& inputs, double expected, double ours, const Tolerance& tolerance,
           Bound bound = Bound::near) {
  return published_case({"Tails", Kind::dynamics, name, inputs, expected, ours, tolerance,
                         "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013", bound});
}

const char* const slow_hundredth = "99 % Exp(10 ms), 1 % 1 s; hedged after the 95th percentile; 10^6 calls";
const char* const plain_exponential = "Exp(10 ms); hedged after the 95th percentile; 10^6 calls";

}  // namespace

TEST_CASE("hedged requests: one in a hundred takes a second, as in The Tail at Scale", "[hedging]") {
  using spec::Distribution;
  const auto survival = [](double t) { return t < 0 ? 1 : 0.99 * std::exp(-t / mean_ms) + (t < 1000 ? 0.01 : 0); };
  // S(h) = 0.05.
  const double hedge_after = mean_ms * std::log(0.99 / 0.04);
  const double expected = hedged_p999(survival, hedge_after);
  const auto service = Distribution::mixture({{0.99, Distribution::exponential(spec::Seconds{mean_ms * 1e-3})},
                                              {0.01, Distribution::constant(spec::Seconds{1})}});
  const Figures plain = measured(service, 0), hedged = measured(service, hedge_after);
  CHECK(plain.at("answered") == calls);
  CHECK(hedged.at("answered") == calls);
  CHECK(figure("dynamics: p99.9 without hedges [ms]: the slow hundredth, and some us of network", 1000,
               plain.at("p999"), 0.5));
  CHECK(tails("one in a hundred slow: p99.9 with hedges [ms]", std::string(slow_hundredth) + "; S(t) S(t - h) = 0.001",
              expected, hedged.at("p999"), {.relative = 0.03}));
  CHECK(figure("dynamics: calls that are hedged: 1 - 0.95", 0.05, hedged.at("hedges"), 0.001));
  const double more_work = hedged.at("work") / plain.at("work") - 1;
  CHECK(tails("one in a hundred slow: more load with hedges [%]", slow_hundredth, 5, 100 * more_work, {.absolute = 0.5}));
  const double factor = plain.at("p999") / hedged.at("p999");
  std::printf("p99.9 is cut by a factor of %.1f, at least 5 is published\n", factor);
  CHECK(tails("one in a hundred slow: hedges cut p99.9 by this factor", slow_hundredth, 5, factor, {}, Bound::at_least));
}

TEST_CASE("hedged requests: of plain exponentials the tail gets shorter by what theory gives", "[hedging]") {
  // S = exp(-t / m), h = m ln 20; beyond h it falls twice as fast: exp(-(2 t - h) / m) = 0.001.
  const double hedge_after = mean_ms * std::log(20.0);
  const double without = mean_ms * std::log(1000.0), with = (hedge_after + mean_ms * std::log(1000.0)) / 2;
  CHECK(figure("accounting: ln 1000 / ((ln 20 + ln 1000) / 2)", 1.4, without / with, 0.01));
  const auto service = spec::Distribution::exponential(spec::Seconds{mean_ms * 1e-3});
  const Figures plain = measured(service, 0), hedged = measured(service, hedge_after);
  CHECK(figure("dynamics: p99.9 without hedges [ms]: m ln 1000, within 2 %", without, plain.at("p999"),
               0.02 * without));
  CHECK(figure("dynamics: p99.9 with hedges [ms]: m (ln 20 + ln 1000) / 2, within 2 %", with, hedged.at("p999"),
               0.02 * with));
  CHECK(tails("plain exponential: hedges cut p99.9 by this factor",
              std::string(plain_exponential) + "; ln 1000 / ((ln 20 + ln 1000) / 2)", without / with,
              plain.at("p999") / hedged.at("p999"), {.absolute = 0.03}));
  const double more_work = hedged.at("work") / plain.at("work") - 1;
  CHECK(tails("plain exponential: more load with hedges [%]", plain_exponential, 5, 100 * more_work, {.absolute = 0.5}));
}
