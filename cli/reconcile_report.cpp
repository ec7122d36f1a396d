#include "cli/reconcile_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using planner::Agreement;
using planner::Row;
using planner::Subject;

/// In the unit of the figure's kind; nothing where a column has none.
std::string text(const Row& row, std::optional<double> value) {
  if (!value) return "";
  switch (row.subject) {
    case Subject::rate:
      return format_rate(spec::PerSecond{*value});
    case Subject::latency:
    case Subject::wait:
      return format_duration(spec::Seconds{*value * 1e-3});
    case Subject::storage:
      return format_bytes(spec::Bytes{*value});
    case Subject::machines:
      return format_count(static_cast<std::uint64_t>(*value));
    case Subject::utilisation:
      return format_utilisation(*value);
    case Subject::visits:
      break;
  }
  return format_number(*value, 4);
}

std::string simulated_text(const Row& row) {
  const std::string value = text(row, row.simulated);
  if (!row.half_width || value.empty()) return value;
  return fmt::format("{} +- {}", value, row.subject == Subject::latency ? format_duration(spec::Seconds{*row.half_width * 1e-3})
                                                                        : text(row, row.half_width));
}

std::string difference_text(const Row& row) {
  const auto difference = row.difference();
  if (!difference) return "";
  return fmt::format("{:+.1f} %", 100 * *difference);
}

bool tells(const Row& row) {
  return row.agreement == Agreement::differs || row.agreement == Agreement::within_noise || row.estimated.has_value() ||
         row.subject == Subject::utilisation || row.subject == Subject::latency || row.flow.has_value();
}

std::string table_of(Subject subject, const planner::Reconciliation& found, const Paint& paint, RowsShown shown) {
  bool with_ledger = false, with_flow = false;
  for (const Row& row : found.rows) {
    with_ledger |= row.subject == subject && row.estimated.has_value();
    with_flow |= row.subject == subject && row.flow.has_value();
  }
  std::vector<Table::Column> columns{{"", Table::Align::left}};
  if (with_ledger) columns.push_back({"estimate"});
  columns.push_back({"plan"});
  columns.push_back({"simulation"});
  if (with_flow) columns.push_back({"by flows"});
  columns.push_back({"plan over\nsimulation"});
  columns.push_back({"", Table::Align::left});
  std::string title(planner::subject_name(subject));
  title[0] = static_cast<char>(std::toupper(title[0]));
  Table table(title, columns);
  std::string causes;
  int note = 0;
  for (const Row& row : found.rows) {
    if (row.subject != subject || (shown == RowsShown::telling && !tells(row))) continue;
    std::vector<std::string> cells{row.figure};
    if (with_ledger) cells.push_back(text(row, row.estimated));
    cells.push_back(text(row, row.planned));
    cells.push_back(simulated_text(row));
    if (with_flow) cells.push_back(text(row, row.flow));
    cells.push_back(difference_text(row));
    std::string verdict = row.agreement == Agreement::one_sided ? "" : std::string(planner::agreement_name(row.agreement));
    if (!row.cause.empty()) {
      verdict += fmt::format("{}[{}]", verdict.empty() ? "" : " ", ++note);
      causes += wrapped(fmt::format("  [{}] {}", note, row.cause), 4);
    }
    cells.push_back(verdict);
    table.add_row(std::move(cells), row.agreement == Agreement::differs ? Ink::alarm : Ink::plain);
  }
  return table.empty() ? "" : table.render(paint) + causes + "\n";
}

}  // namespace

std::string reconcile_report(const spec::Scenario& scenario, const planner::Reconciliation& found, const Paint& paint,
                             RowsShown shown) {
  std::string report = paint(Ink::strong, fmt::format("{}: estimate, plan and simulation", scenario.name)) + "\n";
  std::vector<std::string> scores;
  for (const planner::Score& score : found.scores) {
    scores.push_back(fmt::format("{} {} of {} within {}", planner::subject_name(score.subject), score.agree, score.of,
                                 format_percent(planner::tolerance(score.subject))));
  }
  report += listing("Plan and simulation agree, chance included", scores) + "\n";
  for (const Subject subject : {Subject::rate, Subject::visits, Subject::utilisation, Subject::wait, Subject::latency,
                                Subject::storage, Subject::machines}) {
    report += table_of(subject, found, paint, shown);
  }
  if (shown == RowsShown::telling) report += "Rows on which all agree are left out; --all shows them.\n";
  return report;
}

nlohmann::ordered_json reconcile_json(const planner::Reconciliation& found) {
  nlohmann::ordered_json document;
  const auto number = [](std::optional<double> value) { return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(); };
  document["scores"] = nlohmann::ordered_json::object();
  for (const planner::Score& score : found.scores) {
    document["scores"][std::string(planner::subject_name(score.subject))] = {
        {"agree", score.agree}, {"of", score.of}, {"tolerance", planner::tolerance(score.subject)}};
  }
  document["rows"] = nlohmann::ordered_json::array();
  for (const Row& row : found.rows) {
    document["rows"].push_back({{"subject", planner::subject_name(row.subject)}, {"figure", row.figure},
                                {"estimated", number(row.estimated)}, {"planned", number(row.planned)},
                                {"simulated", number(row.simulated)}, {"half_width", number(row.half_width)},
                                {"flow", number(row.flow)}, {"difference", number(row.difference())},
                                {"agreement", planner::agreement_name(row.agreement)}, {"cause", row.cause}});
  }
  return document;
}

}  // namespace chatsim::cli
