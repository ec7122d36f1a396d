#include "cli/estimate_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "planner/plan/not_modelled.hpp"
#include "scenarios/json/scenario_json.hpp"

namespace chatsim::cli {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

void add_interval(Json& object, const char* name, const std::optional<planner::Interval>& interval) {
  if (!interval) return;
  object[std::string(name) + "_low"] = interval->low;
  object[std::string(name) + "_high"] = interval->high;
}

Json figure_json(const planner::Figure& figure) {
  Json object{{"name", figure.name},
              {"formula", figure.formula},
              {"with_numbers", figure.with_numbers},
              {"unit", planner::unit_name(figure.unit)},
              {"published", number(figure.published)},
              {"recomputed", number(figure.recomputed)},
              {"exact", number(figure.exact)},
              {"exact_formula", figure.exact_formula},
              {"exact_with_numbers", figure.exact_with_numbers},
              {"verdict", planner::verdict_name(figure.verdict)},
              {"note", figure.note}};
  add_interval(object, "recomputed", figure.recomputed_interval);
  add_interval(object, "exact", figure.exact_interval);
  return object;
}

Json reasons_json(const std::vector<planner::TierAnswers>& tiers) {
  Json rows = Json::array();
  for (const planner::TierAnswers& tier : tiers) {
    for (const planner::Answer& answer : tier.answers) {
      rows.push_back({{"tier", tier.tier},
                      {"reason", planner::reason_name(answer.reason)},
                      {"scale", answer.scale()},
                      {"amount", number(answer.amount)},
                      {"limit", number(answer.limit)},
                      {"unit", answer.unit},
                      {"why", answer.why}});
    }
  }
  return rows;
}

Json growth_json(const planner::Growth& growth) {
  Json tables = Json::array();
  for (const planner::TableGrowth& table : growth.tables) {
    Json years = Json::array();
    for (std::size_t index = 0; index < table.by_year.size(); ++index) {
      years.push_back({{"year", index + 1},
                       {"bytes", table.by_year[index].value()},
                       {"bytes_replicated", table.by_year_replicated[index].value()}});
    }
    tables.push_back({{"table", table.table},
                      {"bytes_per_day", table.per_day.value()},
                      {"bytes_per_day_replicated", table.per_day_replicated.value()},
                      {"kept_bytes", table.kept.value()},
                      {"kept_bytes_replicated", table.kept_replicated.value()},
                      {"capacity_bytes", table.capacity.value()},
                      {"full_after_s", table.full_after ? Json(table.full_after->value()) : Json(nullptr)},
                      {"machines", table.machines},
                      {"machines_needed", table.machines_needed},
                      {"years", std::move(years)}});
  }
  return tables;
}

}  // namespace

std::string estimate_json(const Estimate& estimate) {
  Json document{{"version", CHATSIM_VERSION},
                {"scenario", estimate.scenario.name},
                {"document", estimate.scenario.published.document}};
  Json figures = Json::array();
  for (const planner::Figure& figure : estimate.ledger.figures) figures.push_back(figure_json(figure));
  document["figures"] = std::move(figures);
  document["reasons"] = reasons_json(estimate.reasons);
  document["growth"] = growth_json(estimate.growth);
  document["not_modelled"] = Json::array();
  for (const planner::NotModelled& one : planner::not_modelled(estimate.scenario, planner::Formulas::estimate))
    document["not_modelled"].push_back({{"path", one.path}, {"effect", one.effect}});
  document["resolved_scenario"] = json::to_json(estimate.scenario);
  return document.dump(2) + "\n";
}

}  // namespace chatsim::cli
