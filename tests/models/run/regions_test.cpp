#include <nlohmann/json.hpp>

#include "scenarios/json/json.hpp"
#include "tests/figure.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using tests::figure;
using tests::latency;
using tests::named;
using tests::result_of;

namespace {

/// Everything but what the run cost.
std::string document_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  return json::to_json(result).dump(1);
}

spec::Scenario two_regions() {
  spec::Scenario scenario = tests::load_scenario("scenarios/two_regions.yaml");
  scenario.simulation.duration = spec::Seconds{3};
  return scenario;
}

}  // namespace

TEST_CASE("with one region nothing that is said about regions matters") {
  spec::Scenario scenario = tests::one_rack(500);
  scenario.simulation.duration = spec::Seconds{1.5};
  const std::string plain = document_of(result_of(scenario));
  scenario.population.same_region = spec::Probability{0.1};
  scenario.population.regions = "100%";
  scenario.stores.message.regions.rows = scenario.stores.conversation.regions.rows = spec::RowRegions::home;
  CHECK(document_of(result_of(scenario)) == plain);
}

TEST_CASE("two regions: authors do not wait for the WAN, copies lag by a batch and a way, and the books are kept") {
  const spec::Result result = result_of(two_regions());
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  CHECK(result.invariants.stale_reads == 0);
  REQUIRE(result.regions.each.size() == 2);
  const auto& first = result.regions.each[0];
  const auto& second = result.regions.each[1];
  const double all = static_cast<double>(first.acknowledged + second.acknowledged);
  CHECK(figure("messages of region 0: 60 %, four standard errors", 0.6, static_cast<double>(first.acknowledged) / all,
               4 * std::sqrt(0.24 / all)));
  // Two services of 1 ms and the second of three writes of 10 ms: 10.3 ms in the mean, 40 ms no more often than 1 in
  // 100.
  CHECK(first.send_to_ack_p50.value() < 15e-3);
  CHECK(first.send_to_ack_p99.value() < 45e-3);
  CHECK(second.send_to_ack_p99.value() < 45e-3);
  // One in five recipients is in the other region: a row, a look-up and a push over the WAN.
  CHECK(latency(result, "send_to_deliver").p50.value() < 60e-3);
  CHECK(latency(result, "send_to_deliver").p99.value() > 5 * 40e-3);
  // Rows of a machine are few enough that a batch begins with most of them: 25 to 50 ms. 40 ms of the way; 10 ms to log
  // the batch; the second of three writes 8.3 ms.
  const auto& copies = named(result.regions.copies, "message");
  CHECK(copies.lag_mean.value() > (25 + 40.1 + 10 + 8.3) * 1e-3);
  CHECK(copies.lag_mean.value() < (50 + 40.1 + 10 + 8.3 + 5) * 1e-3);
  CHECK(figure("message rows copied over those written, within the lag of 2 s", 1,
               copies.writes_per_s / named(result.storage, "message").rows_per_s, 0.05));
  CHECK(copies.lost_uncopied == 0);
  CHECK(result.regions.wan_bytes_per_s > 0);
  CHECK(first.failovers + second.failovers == 0);
}

TEST_CASE("two regions, the same seed: the same bytes") {
  CHECK(document_of(result_of(two_regions())) == document_of(result_of(two_regions())));
}

TEST_CASE("where users live and who else is where they are shows in the traffic over the WAN") {
  spec::Scenario scenario = two_regions();
  scenario.population.same_region = spec::Probability{1};
  for (spec::Store* store :
       {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group, &scenario.stores.profile}) {
    store->regions.copies = 0;
    store->regions.failover = spec::Failover::off;
  }
  const spec::Result apart = result_of(scenario);
  const auto over_the_wan = [](const spec::Result& result, const std::string& step) {
    for (const spec::WanBytes& one : result.regions.wan_bytes_by_step) {
      if (one.step == step) return one.bytes_per_s;
    }
    return 0.0;
  };
  for (const char* step :
       {"persist", "conversation", "locate", "push", "members", "mark_sent", "copy", "update_server"}) {
    CAPTURE(step);
    CHECK(over_the_wan(apart, step) == 0);
  }
  scenario.population.same_region = spec::Probability{0};
  const spec::Result mixed = result_of(scenario);
  CHECK(over_the_wan(mixed, "persist") == 0);
  CHECK(over_the_wan(mixed, "conversation") > 0);
  CHECK(over_the_wan(mixed, "push") > 0);
}
