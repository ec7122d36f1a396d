#include "planner/plan/service_graph.hpp"

#include "scenarios/spec/workload.hpp"
#include "tests/figure.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::figure;

namespace {

double per_message(const spec::Scenario& scenario, const std::string& tier, const std::string& step) {
  const ServiceGraph graph = service_graph(scenario);
  const std::vector<spec::PerSecond> all = rates(graph);
  for (OperationId i = 0; i < boost::num_vertices(graph); ++i) {
    if (graph[i].tier == tier && graph[i].step == step) {
      return all[i].value() / spec::message_rate(scenario.population).value();
    }
  }
  FAIL("no " << step << " at " << tier);
  return 0;
}

}  // namespace

TEST_CASE("the traffic equations: a loop, a fork and a join") {
  ServiceGraph graph;
  const auto vertex = [&](double rate) {
    return boost::add_vertex(Operation{"tier", "step", {}, {}, spec::PerSecond{rate}, 0}, graph);
  };
  const OperationId a = vertex(10), b = vertex(0), c = vertex(1);
  boost::add_edge(a, b, Calls{2}, graph);
  boost::add_edge(b, c, Calls{0.5}, graph);
  boost::add_edge(b, b, Calls{0.2}, graph);  // One in five is tried again.
  boost::add_edge(a, c, Calls{3}, graph);
  const std::vector<spec::PerSecond> found = rates(graph);
  CHECK(figure("outside only", 10, found[a].value(), 1e-9));
  CHECK(figure("2 x 10 / (1 - 0.2)", 25, found[b].value(), 1e-9));
  CHECK(figure("1 + 25 / 2 + 3 x 10", 43.5, found[c].value(), 1e-9));
}

TEST_CASE("visits of a message in the full system are those of the workload's formulas") {
  const spec::Scenario scenario = tests::load_scenario("scenarios/chat_2b.yaml");
  CHECK(figure("a write is 3 legs", 3, per_message(scenario, "message_store", "persist"), 1e-9));
  CHECK(figure("recipients' rows, 2.1 x 3", 6.3, per_message(scenario, "conversation_store", "conversation"), 1e-9));
  CHECK(figure("recipients located first", 1, per_message(scenario, "profile", "locate"), 1e-9));
  CHECK(figure("further members", 1.1, per_message(scenario, "profile", "locate_member"), 1e-9));
  CHECK(figure("authors, 1 + 0.1", 1.1, per_message(scenario, "profile", "author"), 1e-9));
  CHECK(figure("receipts' authors: 2.1 delivered sooner or later, 0.8 of them read", 2.1 * 1.8,
               per_message(scenario, "profile", "locate_author"), 1e-9));
  CHECK(figure("a member list, 0.1 x 2 replicas asked", 0.2, per_message(scenario, "group_store", "members"), 1e-9));
  CHECK(figure("pushes, 2.1 x 0.32", 0.672, per_message(scenario, "gateway", "push"), 1e-9));
  CHECK(figure("kept messages read at logins, 2.1 x 0.68 x 1 replica", 1.428,
               per_message(scenario, "message_store", "mailbox_message"), 1e-9));
}

TEST_CASE("a batched fan-out is a request for each gateway with members, long polling polls instead of heartbeats") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  const double each = per_message(scenario, "messaging", "to_member");
  scenario.services.group.fanout = spec::Fanout::batched;
  // 12 members over 40 gateways: 40 x (1 - (39/40)^12) of them have one.
  CHECK(figure("requests a message", each / 12 * 40 * (1 - std::pow(39.0 / 40, 12)),
               per_message(scenario, "messaging", "to_member"), 1e-9));
  scenario.services.gateway.transport = spec::Transport::long_polling;
  CHECK(per_message(scenario, "gateway", "poll") > 0);
}
