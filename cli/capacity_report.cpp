#include "cli/capacity_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/budget_report.hpp"
#include "cli/format.hpp"
#include "cli/table.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::cli {
namespace {

using planner::Standing;

/// The load as a factor and as what it comes to.
std::string load_text(const spec::Scenario& scenario, double load_factor) {
  spec::Population population = scenario.population;
  population.load_factor = load_factor;
  return fmt::format("load_factor {} ({})", format_number(load_factor, 4), format_rate(spec::message_rate(population)));
}

std::string answer(const spec::Scenario& scenario, const planner::Capacity& capacity) {
  if (!capacity.holds) return "holds no load that was tried: its budgets are missed at the smallest";
  std::string text = "holds " + load_text(scenario, *capacity.holds);
  text += fmt::format(", {} times its own", format_number(*capacity.holds / scenario.population.load_factor));
  if (!capacity.breaks) return text + "; nothing that was tried breaks it for certain";
  return text + fmt::format("; it breaks for certain from load_factor {} on", format_number(*capacity.breaks, 4));
}

std::string what_breaks(const std::vector<planner::BudgetVerdict>& broken) {
  if (broken.empty()) return "";
  const planner::BudgetVerdict& first = broken.front();
  std::string text = fmt::format("First to break: {}, which is {}", statement_of(first), value_text(first));
  if (broken.size() > 1) text += fmt::format(", and {} more", broken.size() - 1);
  return text + "\n";
}

}  // namespace

std::string capacity_report(const spec::Scenario& scenario, const planner::Capacity& capacity, const Paint& paint) {
  using Align = Table::Align;
  std::string text = paint(Ink::strong, scenario.name + " " + answer(scenario, capacity)) + "\n";
  text += what_breaks(capacity.first_to_break());
  text += fmt::format("The queueing network alone says load_factor {}\n\n", format_number(capacity.guess, 4));
  Table table("Loads that were tried", {{"load_factor"},
                                        {"verdict", Align::left},
                                        {"runs"},
                                        {"busiest tier", Align::left},
                                        {"missed or open", Align::left}});
  for (const planner::LoadProbe& probe : capacity.probes) {
    std::string broken;
    for (const planner::BudgetVerdict& verdict : probe.budgets) {
      if (verdict.standing == Standing::met) continue;
      broken += broken.empty() ? "" : ", ";
      broken += fmt::format("{} {}", verdict.metric, value_text(verdict));
    }
    const std::string busiest =
        probe.busiest_tier.empty() ? "" : probe.busiest_tier + " " + format_utilisation(probe.utilisation);
    table.add_row({format_number(probe.load_factor, 4), name_of(probe.standing), std::to_string(probe.runs), busiest, broken},
                  probe.standing == Standing::met ? Ink::plain : Ink::alarm);
  }
  text += table.render(paint);
  if (!capacity.complete) text += "Ended before it was as precise as asked for\n";
  return text;
}

nlohmann::ordered_json capacity_json(const spec::Scenario& scenario, const planner::Capacity& capacity) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json json{{"version", CHATSIM_VERSION},
                              {"scenario", scenario.name},
                              {"axis", "population.load_factor"},
                              {"own", scenario.population.load_factor},
                              {"holds", number(capacity.holds)},
                              {"breaks", number(capacity.breaks)},
                              {"by_queueing", capacity.guess},
                              {"complete", capacity.complete},
                              {"first_to_break", budgets_json(capacity.first_to_break())}};
  json["probes"] = nlohmann::ordered_json::array();
  for (const planner::LoadProbe& probe : capacity.probes) {
    json["probes"].push_back({{"load_factor", probe.load_factor},
                              {"status", name_of(probe.standing)},
                              {"runs", probe.runs},
                              {"busiest_tier", probe.busiest_tier},
                              {"utilisation", probe.utilisation},
                              {"budgets", budgets_json(probe.budgets)}});
  }
  return json;
}

}  // namespace chatsim::cli
