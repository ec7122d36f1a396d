#include "planner/estimate/reasons.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using namespace chatsim::spec::literals;

namespace {

Answer answer(const spec::Scenario& scenario, const std::string& tier, Reason reason) {
  for (const TierAnswers& each : reasons_to_scale(scenario)) {
    if (each.tier == tier) return each.answers.at(static_cast<std::size_t>(reason));
  }
  throw std::out_of_range(tier);
}

}  // namespace

TEST_CASE("Every tier answers all six reasons with a number") {
  for (const char* name : {"small", "chat_2b", "chat_2b_as_published", "hardware_2026"}) {
    const auto tiers = reasons_to_scale(tests::load_scenario(std::string("scenarios/") + name + ".yaml"));
    REQUIRE(tiers.size() == 9);
    for (const TierAnswers& tier : tiers) {
      REQUIRE(tier.answers.size() == all_reasons.size());
      for (std::size_t index = 0; index < all_reasons.size(); ++index) {
        INFO(name << ", " << tier.tier << ": " << tier.answers[index].why);
        CHECK(tier.answers[index].reason == all_reasons[index]);
        CHECK(std::isfinite(tier.answers[index].amount));
        CHECK_FALSE(std::isnan(tier.answers[index].limit));
        CHECK(tier.answers[index].why.find("inf") == std::string::npos);
        CHECK(tier.answers[index].why.size() > 5);
      }
      CHECK(tier.answers.back().scale());  // One machine is a single point of failure, always.
    }
  }
}

TEST_CASE("The answers of the full system") {
  const spec::Scenario scenario;
  SECTION("storage: 140 PB of messages against 4 x 100 TB, 328 GB of profiles fit one machine's disks") {
    const Answer message = answer(scenario, "message_store", Reason::storage);
    CHECK(message.scale());
    CHECK(message.amount == Approx(1826.0 * 1e11 * 766));
    CHECK(message.limit == 4e14);
    CHECK_FALSE(answer(scenario, "profile_store", Reason::storage).scale());
    CHECK(answer(scenario, "profile", Reason::storage).scale());  // 328 GB of memory against 64 GB
    CHECK_FALSE(answer(scenario, "messaging", Reason::storage).scale());
    CHECK(answer(scenario, "gateway", Reason::storage).limit == 50'000);
  }
  SECTION("throughput: 3.2 look-ups a message and the logins against 40 threads at 2 ms") {
    const Answer profile = answer(scenario, "profile", Reason::throughput);
    CHECK(profile.scale());
    CHECK(profile.amount == Approx(1e11 / 86400 * 3.2 + 1e6));
    CHECK(profile.limit == Approx(40 / 2e-3));
  }
  SECTION("cores limit where a request needs them more than threads: 32 / 1 ms") {
    CHECK(answer(scenario, "messaging", Reason::throughput).limit == Approx(32 / 1e-3));
  }
  SECTION("response time: 199 members in seven rounds of 1 ms") {
    const Answer group = answer(scenario, "group", Reason::response_time);
    CHECK(group.amount == Approx(1e-3 + 7 * 1e-3));
    CHECK_FALSE(group.scale());
  }
  SECTION("latency: 250 ms to one client in a hundred, microseconds inside") {
    CHECK(answer(scenario, "gateway", Reason::latency).amount == Approx(0.25).epsilon(1e-3));
    CHECK(answer(scenario, "gateway", Reason::latency).scale());
    CHECK(answer(scenario, "group", Reason::latency).amount == Approx(4 * 17e-6));
    CHECK_FALSE(answer(scenario, "group", Reason::latency).scale());
  }
  SECTION("hotspots: a fifth of the messages to groups over a million groups") {
    CHECK(answer(scenario, "group", Reason::hotspots).amount == Approx(1e11 / 86400 * 0.1 * 0.2 / 1e6));
    CHECK_FALSE(answer(scenario, "group", Reason::hotspots).scale());
  }
}

TEST_CASE("Answers turn with what decides them") {
  spec::Scenario scenario;
  scenario.population.active_groups = spec::Probability{0};  // all of their traffic in one group
  CHECK(answer(scenario, "group_store", Reason::hotspots).scale());
  scenario.services.profile.cache_per_machine = 512_GB;
  CHECK_FALSE(answer(scenario, "profile", Reason::storage).scale());
  scenario.services.group.fanout_parallelism = 1;
  CHECK(answer(scenario, "group", Reason::response_time).scale());
  scenario.datacenter.regions = 2;
  scenario.datacenter.wan.latency = 60_ms;
  CHECK(answer(scenario, "message_store", Reason::latency).scale());
  scenario.population.messages_per_day = 1e6;
  scenario.population.users = 1e5;
  CHECK_FALSE(answer(scenario, "profile", Reason::throughput).scale());
  scenario.services.messaging.service_time = spec::Distribution::constant(0);
  CHECK_FALSE(answer(scenario, "messaging", Reason::throughput).scale());
}
