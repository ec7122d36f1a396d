#include "cli/estimate_report.hpp"

#include <fmt/format.h>

#include <functional>
#include <sstream>

#include "cli/listing.hpp"
#include "cli/table.hpp"
#include "planner/estimate/number_text.hpp"
#include "planner/plan/not_modelled.hpp"

namespace chatsim::cli {
namespace {

using planner::Figure;
using planner::Verdict;
using Align = Table::Align;

/// "3,600", or with an interval "3,600 (2,880-5,040)", or the interval alone.
std::string value_text(const std::optional<double>& value, const std::optional<planner::Interval>& interval,
                       planner::Unit unit) {
  std::string text = value ? planner::text_of(*value, unit) : "";
  if (!interval || (value && interval->low == interval->high)) return text;
  const std::string range =
      fmt::format("{} - {}", planner::text_of(interval->low, unit), planner::text_of(interval->high, unit));
  return text.empty() ? range : fmt::format("{} ({})", text, range);
}

bool is_published(const planner::Ledger& ledger) {
  for (const Figure& figure : ledger.figures) {
    if (figure.recomputed) return true;
  }
  return false;
}

enum class Formulas { with_numbers, also_names };

Table figures_table(const Estimate& estimate, Formulas formulas) {
  const bool published = is_published(estimate.ledger);
  std::vector<Table::Column> columns{{"figure", Align::left}};
  if (formulas == Formulas::also_names) columns.push_back({"formula", Align::left});
  columns.push_back({"with numbers put in", Align::left});
  if (published) {
    columns.push_back({"published"});
    columns.push_back({"recomputed"});
  }
  columns.push_back({"exact"});
  if (published) columns.push_back({"verdict", Align::left});

  Table table("Estimates", std::move(columns));
  for (const Figure& figure : estimate.ledger.figures) {
    std::vector<std::string> cells{figure.name};
    if (formulas == Formulas::also_names) cells.push_back(figure.formula);
    cells.push_back(figure.with_numbers);
    if (published) {
      cells.push_back(value_text(figure.published, std::nullopt, figure.unit));
      cells.push_back(value_text(figure.recomputed, figure.recomputed_interval, figure.unit));
    }
    cells.push_back(value_text(figure.exact, figure.exact_interval, figure.unit));
    if (published)
      cells.push_back(figure.verdict == Verdict::none ? ""
                                                      : std::string(planner::verdict_name(figure.verdict)));
    table.add_row(std::move(cells), figure.verdict == Verdict::differs ? Ink::alarm : Ink::plain);
  }
  return table;
}

/// Of figures whose exact value has another formula than the recomputed one.
Table exact_table(const planner::Ledger& ledger) {
  Table table(
      "Exact values by another formula",
      {{"figure", Align::left}, {"formula", Align::left}, {"with numbers put in", Align::left}, {"exact"}});
  for (const Figure& figure : ledger.figures) {
    if (figure.exact_formula == figure.formula || figure.exact_formula.find(' ') == std::string::npos)
      continue;
    table.add_row({figure.name, figure.exact_formula, figure.exact_with_numbers,
                   value_text(figure.exact, std::nullopt, figure.unit)});
  }
  return table;
}

Table answers_table(const std::vector<planner::TierAnswers>& tiers) {
  std::vector<Table::Column> columns{{"tier", Align::left}};
  for (const planner::Reason reason : planner::all_reasons)
    columns.push_back({std::string(planner::reason_name(reason)), Align::left});
  Table table("Reasons to scale", std::move(columns));
  for (const planner::TierAnswers& tier : tiers) {
    std::vector<std::string> cells{tier.tier};
    for (const planner::Answer& answer : tier.answers) cells.push_back(answer.scale() ? "yes" : "no");
    table.add_row(std::move(cells));
  }
  return table;
}

Table numbers_table(const std::vector<planner::TierAnswers>& tiers) {
  Table table(
      "What decides",
      {{"tier", Align::left}, {"reason", Align::left}, {"scale", Align::left}, {"number", Align::left}});
  for (const planner::TierAnswers& tier : tiers) {
    for (const planner::Answer& answer : tier.answers) {
      const bool first = &answer == &tier.answers.front();
      table.add_row({first ? tier.tier : "", std::string(planner::reason_name(answer.reason)),
                     answer.scale() ? "yes" : "no", answer.why});
    }
  }
  return table;
}

Table growth_table(const planner::Growth& growth) {
  Table table("Growth of storage", {{"table", Align::left},
                                    {"a day"},
                                    {"replicated"},
                                    {"disks"},
                                    {"full after"},
                                    {fmt::format("after {} years", growth.years)},
                                    {"machines"},
                                    {"needed"}});
  for (const planner::TableGrowth& each : growth.tables) {
    const bool full = each.full_after.has_value();
    table.add_row(
        {each.table, planner::text_of(each.per_day), planner::text_of(each.per_day_replicated),
         planner::text_of(each.capacity), full ? planner::long_time_text(*each.full_after) : "never",
         planner::text_of(each.kept_replicated), planner::text_of(1.0 * each.machines),
         planner::text_of(each.machines_needed)},
        full && each.machines_needed > each.machines ? Ink::alarm : Ink::plain);
  }
  return table;
}

Table years_table(const planner::Growth& growth) {
  std::vector<Table::Column> columns{{"year"}};
  for (const planner::TableGrowth& each : growth.tables) columns.push_back({each.table});
  Table table("On disks at the end of each year, replicated", std::move(columns));
  for (int year = 0; year < growth.years; ++year) {
    std::vector<std::string> cells{fmt::format("{}", year + 1)};
    for (const planner::TableGrowth& each : growth.tables)
      cells.push_back(planner::text_of(each.by_year_replicated[static_cast<std::size_t>(year)]));
    table.add_row(std::move(cells));
  }
  return table;
}

/// "name: text", broken between words; the lines after the first are indented.
std::string wrapped(const std::string& name, const std::string& text) {
  std::string lines, line = "  " + name + ":";
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > report_width) {
      lines += line + "\n";
      line = "   ";
    }
    line += " " + word;
  }
  return lines + line + "\n";
}

std::string heading(const Estimate& estimate) {
  const spec::Published& published = estimate.scenario.published;
  std::string text = estimate.scenario.name;
  if (is_published(estimate.ledger) && !published.document.empty())
    text += ", beside the figures of " + published.document;
  return text;
}

std::vector<planner::NotModelled> left_out(const Estimate& estimate) {
  return planner::not_modelled(estimate.scenario, planner::Formulas::estimate);
}

/// Every table in its order, with an empty line between.
std::string tables(const Estimate& estimate, const std::function<std::string(const Table&)>& render) {
  const Table exact = exact_table(estimate.ledger);
  return (exact.empty() ? "" : render(exact) + "\n") + render(answers_table(estimate.reasons)) + "\n" +
         render(numbers_table(estimate.reasons)) + "\n" + render(growth_table(estimate.growth)) + "\n" +
         render(years_table(estimate.growth));
}

}  // namespace

std::string estimate_report(const Estimate& estimate, const Paint& paint) {
  const auto render = [&paint](const Table& table) { return table.render(paint); };
  std::string text = paint(Ink::strong, heading(estimate)) + "\n\n";
  text += render(figures_table(estimate, Formulas::with_numbers)) + "\n" + paint(Ink::strong, "Notes") + "\n";
  for (const Figure& figure : estimate.ledger.figures) {
    if (!figure.note.empty()) text += wrapped(figure.name, figure.note);
  }
  for (const planner::NotModelled& one : left_out(estimate)) text += wrapped("left out: " + one.path, one.effect);
  return text + "\n" + tables(estimate, render);
}

std::string estimate_markdown(const Estimate& estimate) {
  const auto render = [](const Table& table) { return table.markdown(); };
  std::string text = "# " + heading(estimate) + "\n\n";
  text += render(figures_table(estimate, Formulas::also_names)) + "\n## Notes\n\n";
  for (const Figure& figure : estimate.ledger.figures) {
    if (!figure.note.empty()) text += fmt::format("- `{}`: {}\n", figure.name, figure.note);
  }
  for (const planner::NotModelled& one : left_out(estimate)) text += fmt::format("- left out: `{}`: {}\n", one.path, one.effect);
  return text + "\n" + tables(estimate, render);
}

}  // namespace chatsim::cli
