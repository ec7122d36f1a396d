#include "cli/resilience_report.hpp"

#include <catch2/catch.hpp>

#include "tests/cli/run_result.hpp"

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::tests;

TEST_CASE("nothing is said of resilience where no option is on and nothing was sent again") {
  CHECK(plain(whole_run()).find("sent twice") == std::string::npos);
}

TEST_CASE("what kept the service up is a table of the tiers that have any of it") {
  Result result = whole_run();
  result.resilience = {.retries = 1234,
                       .retries_denied = 56,
                       .tiers = {{.name = "gateway"},
                                 {.name = "message_store",
                                  .expired = 12,
                                  .unsent = 3,
                                  .shed_by_codel = 40,
                                  .shed_by_class = 5,
                                  .hedged = 10'000,
                                  .hedges_sent = 500,
                                  .hedges_won = 321,
                                  .hedges_denied = 7,
                                  .ties_cancelled = 8,
                                  .refused_by_bulkhead = 9,
                                  .refused_by_breaker = 10,
                                  .breaker_openings = 1}}};
  CHECK_THAT(plain(result), Catch::Contains(R"(
Requests not served or not sent, and requests sent twice
                                  shed by         hedges                    ties  refused by
                 expired  unsent    CoDel  class    sent  won  denied  cancelled    bulkhead  breaker
  message_store       12       3       40      5     500  321       7          8           9       10

Messages that clients sent again: 1,234, not sent again for want of budget: 56
)"));
}
