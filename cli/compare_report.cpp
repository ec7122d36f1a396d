#include "cli/compare_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/budget_report.hpp"
#include "cli/format.hpp"
#include "cli/table.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::cli {
namespace {

using planner::Difference;

constexpr std::size_t largest_changes = 20;
/// Of some fifteen hundred figures one or two seem to differ that do not.
constexpr double confidence_of_many = 0.999;

/// By what an architect decides, in this order.
constexpr std::array<const char*, 14> decisive{"messages.acknowledged",
                                               "messages.failed",
                                               "deliveries.delivered",
                                               "deliveries.failed",
                                               "latency.send_to_ack.p50_ms",
                                               "latency.send_to_ack.p99_ms",
                                               "latency.send_to_ack.p999_ms",
                                               "latency.send_to_deliver.p50_ms",
                                               "latency.send_to_deliver.p99_ms",
                                               "latency.send_to_deliver.p999_ms",
                                               "latency.group_fanout.p99_ms",
                                               "latency.login.p99_ms",
                                               "tiers.*.utilisation",
                                               "invariants.lost_acknowledged"};

bool is_decisive(const Difference& difference) {
  return spec::is_listed({decisive.begin(), decisive.end()}, difference.metric);
}

bool is_nothing(const Difference& difference) { return difference.before == 0 && difference.now == 0; }

double size_of(const Difference& difference) {
  const auto change = difference.change();
  return change ? std::abs(*change) : HUGE_VAL;
}

Table figure_table(const std::string& title, const std::vector<const Difference*>& figures,
                   const Comparison& comparison) {
  using Align = Table::Align;
  Table table(title, {{"", Align::left}, {comparison.before}, {comparison.now}, {"change"}, {"", Align::left}});
  for (const Difference* figure : figures) {
    table.add_row({figure->metric, number_text(figure->before), number_text(figure->now), change_text(*figure),
                   figure->is_certain() ? "certain" : ""},
                  figure->is_certain() ? Ink::strong : Ink::plain);
  }
  return table;
}

std::vector<Table> tables_of(const Comparison& comparison, const Shown& shown) {
  std::vector<Table> tables;
  std::vector<const Difference*> first, rest;
  if (shown.all || !shown.metrics.empty()) {
    for (const Difference& figure : comparison.figures) {
      if (shown.all || spec::is_listed(shown.metrics, figure.metric)) first.push_back(&figure);
    }
    tables.push_back(figure_table("Figures", first, comparison));
    return tables;
  }
  for (const char* pattern : decisive) {
    for (const Difference& figure : comparison.figures) {
      if (spec::is_listed({pattern}, figure.metric) && !is_nothing(figure)) first.push_back(&figure);
    }
  }
  tables.push_back(figure_table("Figures to decide by", first, comparison));
  for (const Difference& figure : comparison.of_many) {
    if (figure.is_certain() && !is_decisive(figure)) rest.push_back(&figure);
  }
  std::stable_sort(rest.begin(), rest.end(),
                   [](const Difference* a, const Difference* b) { return size_of(*a) > size_of(*b); });
  const std::size_t certain = rest.size();
  rest.resize(std::min(certain, largest_changes));
  if (!rest.empty()) {
    tables.push_back(figure_table(
        fmt::format("The largest of {} other changes that are {} certain (--all shows every figure)", certain,
                    format_percent(confidence_of_many)),
        rest, comparison));
  }
  return tables;
}

Table input_table(const Comparison& comparison) {
  using Align = Table::Align;
  Table table(comparison.inputs.empty() ? "No input differs" : "Inputs that differ",
              {{"", Align::left}, {comparison.before, Align::left}, {comparison.now, Align::left}});
  for (const planner::InputChange& change : comparison.inputs) {
    const auto text = [](const std::string& value) { return value.empty() ? "none" : value; };
    table.add_row({change.path, text(change.before), text(change.after)});
  }
  return table;
}

std::string headline(const Comparison& comparison) {
  if (comparison.paired()) {
    return fmt::format("{} beside {}: {} runs each, seed by seed; +- is 95 %", comparison.now, comparison.before,
                       std::min(comparison.runs_before, comparison.runs_now));
  }
  return fmt::format("{} beside {}: {} and {} runs of different seeds; +- is 95 %", comparison.now, comparison.before,
                     comparison.runs_now, comparison.runs_before);
}

}  // namespace

bool Comparison::paired() const {
  return std::any_of(figures.begin(), figures.end(), [](const Difference& figure) { return figure.paired; });
}

Comparison compared(const std::string& name_before, const planner::StoredExperiment& before, const std::string& name_now,
                    const planner::StoredExperiment& now) {
  return {name_before,
          name_now,
          before.runs.size(),
          now.runs.size(),
          planner::input_changes(before.resolved_scenario, now.resolved_scenario),
          planner::differences(before, now),
          planner::differences(before, now, confidence_of_many)};
}

std::string compare_report(const Comparison& comparison, const Shown& shown, const Paint& paint) {
  std::string text = paint(Ink::strong, headline(comparison)) + "\n\n";
  text += comparison.inputs.empty() ? "No input differs\n" : input_table(comparison).render(paint);
  for (const Table& table : tables_of(comparison, shown)) text += "\n" + table.render(paint);
  return text;
}

std::string compare_markdown(const Comparison& comparison, const Shown& shown) {
  std::string text = "# " + headline(comparison) + "\n\n";
  text += comparison.inputs.empty() ? "No input differs.\n" : input_table(comparison).markdown();
  for (const Table& table : tables_of(comparison, shown)) text += "\n" + table.markdown();
  return text;
}

nlohmann::ordered_json compare_json(const Comparison& comparison) {
  nlohmann::ordered_json json{{"version", CHATSIM_VERSION},
                              {"before", comparison.before},
                              {"now", comparison.now},
                              {"runs_before", comparison.runs_before},
                              {"runs_now", comparison.runs_now},
                              {"paired", comparison.paired()},
                              {"confidence", planner::confidence}};
  json["inputs"] = nlohmann::ordered_json::array();
  for (const planner::InputChange& change : comparison.inputs)
    json["inputs"].push_back({{"path", change.path}, {"before", change.before}, {"now", change.after}});
  json["figures"] = nlohmann::ordered_json::array();
  for (const Difference& figure : comparison.figures) {
    nlohmann::ordered_json row = difference_json(figure);
    row["certain"] = figure.is_certain();
    json["figures"].push_back(std::move(row));
  }
  return json;
}

}  // namespace chatsim::cli
