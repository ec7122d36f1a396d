#include "planner/blame/blame.hpp"

#include "planner/blame/check.hpp"
#include "tests/figure.hpp"
#include "tests/planner/blame/made_up_traces.hpp"

using namespace chatsim;
using tests::figure;

namespace {

constexpr std::int64_t ms = 1'000'000;

/// A thousand ways of 1 ms to 1 s: of the faster half all is service of messaging, of the others half is the wire.
spec::Traces thousand() {
  tests::MadeUpTraces made_up;
  for (std::int64_t i = 1; i <= 1000; ++i) {
    made_up.begin();
    const std::int64_t wire = i > 500 ? i * ms / 2 : 0;
    made_up.call(0, {{.there_ns = wire, .service_ns = i * ms - wire}}, 1, i * ms);
  }
  return made_up.traces;
}

const spec::BlameHop& hop(const spec::BlameQuantile& quantile, const std::string& name) {
  for (const spec::BlameHop& one : quantile.hops) {
    if (one.name == name) return one;
  }
  throw std::logic_error("no hop " + name);
}

}  // namespace

TEST_CASE("shares of a quantile are those of messages near it, gains those of all") {
  const spec::BlameReport report = planner::blame(thousand(), 7, {.slowest = 2});
  REQUIRE(report.latency.size() == 1);
  const spec::BlameLatency& latency = report.latency.front();
  CHECK(latency.name == "send_to_ack");
  CHECK(latency.count == 1000);
  REQUIRE(latency.quantiles.size() == 3);
  const spec::BlameQuantile& p99 = latency.quantiles[1];
  CHECK(p99.name == "p99");
  CHECK(figure("p99 of 1 to 1000 ms", 0.99, p99.latency.value(), 1e-12));
  CHECK(p99.near == 25 + 1 + 10);  // All that are slower, since they are fewer than 25.
  CHECK(figure("half of it is the wire", 0.5, hop(p99, "wire").share, 1e-9));
  CHECK(figure("and half of 990 ms", 0.495, hop(p99, "wire").time.value(), 1e-9));
  CHECK(figure("a fifth of that half", 0.099, hop(p99, "wire").gain.value(), 1e-9));
  CHECK(figure("the service likewise", 0.891, hop(p99, "service of messaging").faster.value(), 1e-9));
  // 500 ms are service; those that follow are half wire: 500 x 0.8 before 501 x 0.9.
  const spec::BlameQuantile& p50 = latency.quantiles[0];
  CHECK(figure("p50, service a fifth faster: 500 x 0.8, and no other is faster than that", 0.4,
               hop(p50, "service of messaging").faster.value(), 1e-9));
  CHECK(p50.near == 2 * 124 + 1);

  REQUIRE(report.slowest.size() == 2);
  CHECK(report.slowest[0].took.value() == Approx(1));
  CHECK(report.slowest[0].seed == 7);
  REQUIRE(report.slowest[0].hops.size() == 2);
  CHECK(report.slowest[0].hops[0].first == "wire");
  CHECK(report.slowest[0].hops[1].first == "service of messaging");
}

TEST_CASE("a result keeps of its traces no more than a picture") {
  spec::Result result;
  planner::tell_blame(result);
  CHECK(result.blame.latency.empty());
  result.blame.traces = thousand();
  result.blame.traces.requests.resize(3);
  planner::tell_blame(result);
  CHECK(result.blame.latency.size() == 1);
  CHECK_FALSE(result.blame.traces.any());
  CHECK(result.blame.traces.requests.size() == 3);
  // A second time changes nothing.
  planner::tell_blame(result);
  CHECK(result.blame.latency.size() == 1);
}

TEST_CASE("what is calculated is held against what is simulated, seed by seed") {
  const auto replication = [](planner::Seed seed, double latency_ms, double gain_ms) {
    planner::Replication one{seed, spec::Result{}, ""};
    one.result->blame.latency = {
        {.name = "send_to_ack",
         .count = 1,
         .quantiles = {{.name = "p99",
                        .latency = spec::Seconds{latency_ms * 1e-3},
                        .hops = {{.name = "wire", .time = {}, .faster = {}, .gain = spec::Seconds{gain_ms * 1e-3}}}}}}};
    return one;
  };
  const std::vector<planner::Replication> as_it_is{replication(1, 100, 9), replication(2, 110, 11), replication(3, 90, 10)};
  const std::vector<planner::Replication> faster{replication(1, 90, 0), replication(2, 100, 0), replication(4, 1, 0)};
  const auto gains = planner::check_gains(as_it_is, faster, "wire");
  REQUIRE(gains.size() == 1);
  CHECK(gains[0].latency == "send_to_ack");
  CHECK(gains[0].quantile == "p99");
  CHECK(figure("of seeds 1 and 2", 10, gains[0].calculated.mean, 1e-9));
  CHECK(figure("100 - 90 and 110 - 100", 10, gains[0].simulated.mean, 1e-9));
  REQUIRE(gains[0].error);
  CHECK(figure("-1 and 1", 0, gains[0].error->mean, 1e-9));
  CHECK(gains[0].agrees());
  CHECK_FALSE(planner::check_gains({as_it_is[0]}, {faster[0]}, "wire").front().agrees());
}
