#include <atomic>
#include <nlohmann/json.hpp>

#include "scenarios/json/json.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using tests::result_of;

namespace {

/// Everything but what the run cost.
std::string document_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  return json::to_json(result).dump(1);
}

/// The other choices: long polls, batched fan-out, fragments, reads of a quorum, a cache with room for a part, a drain,
/// and users who come and go within seconds over the day.
spec::Scenario otherwise() {
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.services.gateway.transport = spec::Transport::long_polling;
  scenario.services.gateway.drain = {.gateways = spec::Probability{0.2}, .begin = spec::Seconds{0.5}, .over = spec::Seconds{1}};
  scenario.services.group.fanout = spec::Fanout::batched;
  scenario.services.profile.cache_per_machine = spec::Bytes{3e5};
  scenario.services.blob.redundancy = spec::Redundancy::reed_solomon;
  scenario.services.blob.data_fragments = 2;
  scenario.services.blob.parity_fragments = 1;
  scenario.stores.conversation.read_from = spec::ReadFrom::quorum;
  scenario.population.sessions.length = spec::Distribution::exponential(spec::Seconds{10});
  scenario.population.daily_curve.amplitude = 0.5;
  scenario.population.daily_curve.period = spec::Seconds{10};
  scenario.network.flow_threshold = spec::Bytes{1e6};
  return scenario;
}

}  // namespace

TEST_CASE("the same seed gives the same bytes, another seed others") {
  spec::Scenario scenario =
      GENERATE(tests::load_scenario("scenarios/small.yaml"), tests::one_rack(2000), otherwise());
  scenario.simulation.duration = spec::Seconds{2};
  const std::string first = document_of(result_of(scenario));
  CHECK(first == document_of(result_of(scenario)));
  scenario.seed += 1;
  spec::Result other = result_of(scenario);
  other.seed -= 1;
  CHECK(document_of(other) != first);
}

TEST_CASE("a longer run begins like a shorter one") {
  spec::Scenario scenario = tests::one_rack(2000);
  scenario.simulation = {
      .duration = spec::Seconds{1}, .warmup = spec::Seconds{0}, .window = spec::Seconds{0.1}};
  const spec::TimeSeries shorter = result_of(scenario).series;
  scenario.simulation.duration = spec::Seconds{2};
  const spec::TimeSeries longer = result_of(scenario).series;
  REQUIRE(shorter.time_s.size() == 10);
  REQUIRE(longer.time_s.size() == 20);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(shorter.acknowledged_per_s[i] == longer.acknowledged_per_s[i]);
    CHECK(shorter.send_to_deliver_p99_ms[i] == longer.send_to_deliver_p99_ms[i]);
  }
}

TEST_CASE("a run that is stopped says so and keeps what it has") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{600};
  std::atomic<bool> stop = false;
  const auto outcome = models::run(scenario, stop, [&](const models::Progress& progress) {
    if (progress.simulated_s > 2) stop = true;
  });
  const auto& result = std::get<spec::Result>(outcome);
  CHECK(result.interrupted);
  CHECK(result.simulated_s > 2);
  CHECK(result.simulated_s < 600);
  CHECK(result.measured_s == Approx(result.simulated_s - 1));
  CHECK(result.messages.acknowledged > 0);
  CHECK(result.invariants.conservation_residual == 0);

  scenario.simulation.duration = spec::Seconds{2};
  CHECK_FALSE(result_of(scenario).interrupted);
}

TEST_CASE("a run that is stopped during its warm-up has measured nothing, and says so") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{600};
  scenario.simulation.warmup = spec::Seconds{599};
  const std::atomic<bool> stop = true;
  const auto outcome = models::run(scenario, stop, [](const models::Progress&) {});
  const auto& result = std::get<spec::Result>(outcome);
  CHECK(result.interrupted);
  CHECK(result.simulated_s < 599);
  CHECK(result.measured_s == 0);
  CHECK(result.messages.acknowledged == 0);
  CHECK(result.invariants.conservation_residual == 0);
}

#if !defined(__SANITIZE_ADDRESS__)  // It keeps what was freed for a while.
TEST_CASE("memory does not grow with simulated time") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  // As many windows each: the series is what one asks for, 40 windows of two histograms here.
  scenario.simulation.duration = spec::Seconds{5};
  scenario.simulation.window = spec::Seconds{0.125};
  const double shorter = static_cast<double>(result_of(scenario).peak_rss_bytes) * 1e-6;
  scenario.simulation.duration = spec::Seconds{40};
  scenario.simulation.window = spec::Seconds{1};
  const double longer = static_cast<double>(result_of(scenario).peak_rss_bytes) * 1e-6;
  CHECK(tests::figure("peak memory in MB after 40 s, at most 1.1 x that after 5 s", shorter, longer,
                      0.1 * shorter));
}
#endif
