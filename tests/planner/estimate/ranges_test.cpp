#include "planner/estimate/ranges.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using namespace chatsim::planner;

TEST_CASE("Figures carry the interval of all corners, and the value of the middle") {
  const auto found = ledger(spec::Scenario{}, {{"population.messages_per_day", "8e10", "1e11", "1.4e11"},
                                               {"population.retention", "365d", "1826d", "3652d"}});
  REQUIRE(found.issues.empty());
  const Figure& storage = found.ledger.figure("message_storage");
  CHECK(*storage.exact == Approx(1e11 * 1826 * 766));
  REQUIRE(storage.exact_interval);
  CHECK(storage.exact_interval->low == Approx(8e10 * 365 * 766));
  CHECK(storage.exact_interval->high == Approx(1.4e11 * 3652 * 766));
  CHECK_FALSE(storage.recomputed_interval);
  // Of what none of the inputs changes.
  CHECK(found.ledger.figure("gateway_machines").exact_interval->low == 40'000);
  CHECK(found.ledger.figure("gateway_machines").exact_interval->high == 40'000);
}

TEST_CASE("A figure that falls with its input, and one that is an interval already") {
  const auto found =
      ledger(spec::Scenario{}, {{"services.gateway.connections_per_machine", "25000", "50000", "100000"},
                                {"population.users", "1e9", "2e9", "4e9"}});
  REQUIRE(found.issues.empty());
  const Figure& gateways = found.ledger.figure("gateway_machines");
  CHECK(*gateways.exact == 40'000);
  CHECK(gateways.exact_interval->low == 10'000);
  CHECK(gateways.exact_interval->high == 160'000);
  const Figure& cache = found.ledger.figure("cache");
  CHECK(cache.exact_interval->low == Approx(0.2 * 164e9));
  CHECK(cache.exact_interval->high == Approx(0.3 * 656e9));
}

TEST_CASE("Without ranges it is the ledger") {
  const auto found = ledger(spec::Scenario{}, {});
  CHECK(found.issues.empty());
  CHECK(found.middle);
  CHECK_FALSE(found.ledger.figure("message_storage").exact_interval);
}

TEST_CASE("Ranges that cannot be are told with their reason") {
  const auto message = [](const std::vector<InputRange>& ranges) {
    const auto found = ledger(spec::Scenario{}, ranges);
    CHECK_FALSE(found.middle);
    return found.issues.empty() ? "" : found.issues.front().path + ": " + found.issues.front().message;
  };
  CHECK(message({{"population.user", "1", "2", "3"}}) == "population.user: unknown key");
  CHECK(message({{"population", "1", "2", "3"}}) == "population: is a section, not a value");
  CHECK(message({{"population.users", "1e9", "2e9", "many"}}) == "population.users: 'many' is not a number");
  CHECK(message({{"population.users", "1e9", "2e9", "3e9"}, {"population.users", "1e9", "2e9", "3e9"}}) ==
        "population.users: has a range already");
  CHECK(message({{"population.group_size", "5", "13", "300"}}) ==
        "population.group_size: with a combination of low and high values: the mean of 300 members is too "
        "large, at most "
        "population.group_size_max (200)");
  std::vector<InputRange> many;
  const char* paths[] = {"population.users",
                         "population.groups",
                         "population.messages_per_day",
                         "population.day",
                         "population.retention",
                         "population.online",
                         "population.attachments.share",
                         "population.attachments.kept",
                         "stores.message.row",
                         "stores.group.row",
                         "stores.profile.row"};
  for (const char* path : paths) many.push_back({path, "1", "2", "3"});
  CHECK(message(many) ==
        "stores.profile.row: too many ranges: 11 inputs have 2048 combinations of low and high, at most 10 "
        "inputs");
}
