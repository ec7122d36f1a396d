#include "planner/search/requirements.hpp"

#include <fmt/format.h>

#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/tier_summary.hpp"

namespace chatsim::planner {

std::vector<spec::Budget> requirements(const spec::Scenario& scenario) {
  if (!scenario.budgets.empty()) return scenario.budgets;
  const spec::Planning& planning = scenario.planning;
  std::vector<spec::Budget> budgets{
      {"latency.send_to_ack.p99 <= " + spec::to_text(planning.send_to_ack_p99), "", "planning.send_to_ack_p99"},
      {"latency.client_to_client.p99 <= " + spec::to_text(planning.send_to_deliver_p99), "", "planning.send_to_deliver_p99"},
      {"messages.failed == 0", "", "nothing is lost without a fault"},
      {"invariants.lost_acknowledged == 0", "", "persisted means persisted"}};
  for (const std::string_view tier : spec::tier_names) {
    budgets.push_back({fmt::format("tiers.{}.utilisation <= {}", tier, planning.utilisation.value()), "",
                       "planning.utilisation"});
  }
  return budgets;
}

}  // namespace chatsim::planner
