#include "planner/blame/counterfactual.hpp"

#include "tests/figure.hpp"
#include "tests/planner/blame/made_up_traces.hpp"

using namespace chatsim;
using planner::Hop;
using spec::WayPart;
using tests::figure;

namespace {

Hop service_of(const std::string& tier, WayPart::Use use) { return {Hop::Kind::service, tier, use}; }
Hop of_kind(Hop::Kind kind) { return {.kind = kind, .tier = {}}; }

double latency_with(const spec::Traces& traces, const Hop& hop, double part = 0.2) {
  planner::Waits waits(traces);
  return planner::Counterfactual(traces, waits, hop, part).latency_ns(traces.ways.front());
}

Hop wire() { return of_kind(Hop::Kind::wire); }

}  // namespace

TEST_CASE("one hop faster, all else the same") {
  tests::MadeUpTraces made_up;
  made_up.traces.wan_ns = 400;
  made_up.begin();
  made_up.call(0, {{.there_ns = 100, .service_ns = 1000, .back_ns = 100}}, 1, 1200);
  made_up.add({.kind = WayPart::Kind::retry_pause, .ns = 5000});
  made_up.call(1, {{.there_ns = 500, .service_ns = 2000, .back_ns = 500, .crosses = 1}}, 1, 3000, 1);
  made_up.add({.kind = WayPart::Kind::lease_pause, .ns = 700});
  made_up.add({.kind = WayPart::Kind::failed, .ns = 300});
  const spec::Traces& traces = made_up.traces;
  const double all = 1200 + 5000 + 3000 + 700 + 300;
  CHECK(figure("service of messaging, 1000 x 0.2", all - 200,
               latency_with(traces, service_of("messaging", WayPart::Use::service)), 1e-6));
  CHECK(figure("writes, 2000 x 0.2", all - 400,
               latency_with(traces, service_of("message_store", WayPart::Use::write)), 1e-6));
  CHECK(figure("reads: there are none", all,
               latency_with(traces, service_of("message_store", WayPart::Use::read)), 1e-6));
  CHECK(figure("wire: 2 x 100, and of 2 x 500 what the WAN does not take, x 0.2", all - 80,
               latency_with(traces, wire()), 1e-6));
  CHECK(figure("WAN: 2 x 400 x 0.2", all - 160, latency_with(traces, of_kind(Hop::Kind::wan)), 1e-6));
  CHECK(figure("pause: 5000 x 0.2", all - 1000, latency_with(traces, of_kind(Hop::Kind::retry_pause)), 1e-6));
  CHECK(figure("lease: 700 x 0.2", all - 140, latency_with(traces, of_kind(Hop::Kind::lease)), 1e-6));
  CHECK(figure("failed: nobody can", all, latency_with(traces, of_kind(Hop::Kind::failed)), 1e-6));

  std::vector<std::pair<std::string, double>> hops;
  planner::for_each_hop(traces, traces.ways.front(),
                        [&](const Hop& hop, double ns) { hops.emplace_back(planner::name_of(hop), ns); });
  using Hops = std::vector<std::pair<std::string, double>>;
  CHECK(hops == Hops{{"wire", 100}, {"service of messaging", 1000}, {"wire", 100},
                     {"retry: pause before sending again", 5000}, {"wire between regions", 400}, {"wire", 100},
                     {"service of message_store (write)", 2000}, {"wire between regions", 400}, {"wire", 100},
                     {"queue for another's read of the profile", 700}, {"retry: calls that failed", 300}});
}

TEST_CASE("of a quorum another answer decides when something is faster") {
  tests::MadeUpTraces made_up;
  made_up.begin();
  // In order 1100, 1500, 1600: the second decides. With a wire of 0.8 they are 1020, 1480, 1300.
  made_up.call(1,
               {{.there_ns = 400, .service_ns = 700},
                {.there_ns = 100, .service_ns = 1400},
                {.there_ns = 1500, .service_ns = 100}},
               2, 1500, 1);
  CHECK(figure("second of 320 + 700, 80 + 1400, 1200 + 100", 1300, latency_with(made_up.traces, wire()), 1e-6));
}

TEST_CASE("places of a fan-out: of a wait for k calls a fifth of the wait and of a call go") {
  tests::MadeUpTraces made_up;
  made_up.begin();
  for (int i = 0; i < 2; ++i) {
    made_up.add({.kind = WayPart::Kind::call, .use = WayPart::Use::service, .step = 2, .needed = 1, .legs = 1,
                 .for_a_place = true, .first_leg = static_cast<std::uint32_t>(made_up.traces.legs.size()), .ns = 1000});
    made_up.traces.legs.push_back({.service_ns = 1000});
  }
  made_up.call(0, {{.service_ns = 1000}}, 1, 1000, 2);
  CHECK(figure("1000 + 2000 x 0.8 - 0.2 x 1000", 2400, latency_with(made_up.traces, of_kind(Hop::Kind::place)), 1e-6));
  CHECK(figure("what others' services take is part of the wait, 3 x 800", 2400,
               latency_with(made_up.traces, service_of("messaging", WayPart::Use::service)), 1e-6));
}

TEST_CASE("hops are known by their names") {
  for (const char* name : {"wire", "wire between regions", "queue of messaging", "service of messaging",
                           "service of message_store (read)", "service of message_store (write)",
                           "service of gateway (other)", "queue for a place in the fan-out",
                           "queue for another's read of the profile", "queue at the recipient's gateway",
                           "retry: pause before sending again", "retry: calls that failed", "other"}) {
    const auto hop = planner::find_hop(name);
    REQUIRE(hop);
    CHECK(planner::name_of(*hop) == name);
  }
  CHECK_FALSE(planner::find_hop("messaging"));
}
