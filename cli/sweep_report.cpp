#include "cli/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Row = planner::SweepFile::Row;

constexpr std::size_t points_shown = 40;

/// A field that holds a comma or a quote stands between quotes (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + "\"";
}

struct Column {
  std::string title;
  std::size_t metric;
};

/// Of the figures that are there, those to decide by.
std::vector<Column> columns_of(const std::vector<std::string>& metrics) {
  const std::pair<const char*, const char*> wanted[] = {{"send_to_ack\np99 ms", "latency.send_to_ack.p99_ms"},
                                                        {"send_to_deliver\np99 ms", "latency.send_to_deliver.p99_ms"},
                                                        {"failed", "messages.failed"}};
  std::vector<Column> columns;
  for (const auto& [title, path] : wanted) {
    const auto found = std::find(metrics.begin(), metrics.end(), path);
    if (found != metrics.end()) columns.push_back({title, static_cast<std::size_t>(found - metrics.begin())});
  }
  return columns;
}

/// "message_store 0.678"
std::string busiest_tier(const std::vector<std::string>& metrics, const Row& row) {
  constexpr std::string_view begin = "tiers.", end = ".utilisation";
  std::string name;
  double most = -1;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const std::string& path = metrics[i];
    if (!path.starts_with(begin) || !path.ends_with(end) || path.find(".loads.") != std::string::npos) continue;
    if (!row.figures[i] || *row.figures[i] <= most) continue;
    most = *row.figures[i];
    name = path.substr(begin.size(), path.size() - begin.size() - end.size());
  }
  return most < 0 ? "" : fmt::format("{} {}", name, format_utilisation(most));
}

}  // namespace

std::string sweep_csv(const planner::Sweep& sweep, const planner::SweepFile& file) {
  const std::vector<std::string> metrics = file.metrics();
  std::string text = "point";
  for (const planner::Axis& axis : sweep.axes) text += "," + csv_field(axis.path);
  text += ",runs,failed";
  for (const std::string& metric : metrics) text += "," + csv_field(metric);
  text += "\n";
  for (const Row& row : file.rows()) {
    text += std::to_string(row.point);
    for (const std::string& value : row.values) text += "," + csv_field(value);
    text += fmt::format(",{},{}", row.runs, row.failed);
    for (const auto& figure : row.figures) text += figure ? fmt::format(",{}", *figure) : ",";
    text += "\n";
  }
  return text;
}

nlohmann::ordered_json sweep_json(const planner::Sweep& sweep, const planner::SweepFile& file) {
  const std::vector<std::string> metrics = file.metrics();
  nlohmann::ordered_json json{{"version", CHATSIM_VERSION}, {"scenario", sweep.scenario.name}};
  for (const planner::Axis& axis : sweep.axes) json["axes"].push_back(axis.path);
  json["points"] = nlohmann::ordered_json::array();
  for (const Row& row : file.rows()) {
    nlohmann::ordered_json point{{"values", row.values}, {"runs", row.runs}, {"failed", row.failed}};
    nlohmann::ordered_json& figures = point["figures"] = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      if (row.figures[i]) figures[metrics[i]] = *row.figures[i];
    }
    json["points"].push_back(std::move(point));
  }
  return json;
}

std::string sweep_report(const planner::Sweep& sweep, const planner::SweepFile& file, const Paint& paint) {
  const std::vector<std::string> metrics = file.metrics();
  const std::vector<Row> rows = file.rows();
  const std::vector<Column> columns = columns_of(metrics);
  std::vector<Table::Column> headers;
  for (const planner::Axis& axis : sweep.axes) headers.push_back({axis.path});
  for (const Column& column : columns) headers.push_back({column.title});
  headers.push_back({"busiest tier", Table::Align::left});
  Table table(fmt::format("{}: {} points", sweep.scenario.name, rows.size()), headers);
  for (std::size_t i = 0; i < std::min(rows.size(), points_shown); ++i) {
    std::vector<std::string> cells = rows[i].values;
    for (const Column& column : columns) {
      const auto& figure = rows[i].figures[column.metric];
      cells.push_back(figure ? format_number(*figure, 4) : "");
    }
    cells.push_back(rows[i].runs > 0 ? busiest_tier(metrics, rows[i]) : rows[i].failed > 0 ? "not possible" : "");
    table.add_row(std::move(cells), rows[i].failed > 0 ? Ink::alarm : Ink::plain);
  }
  std::string text = table.render(paint);
  if (rows.size() > points_shown) text += fmt::format("  and {} more points\n", rows.size() - points_shown);
  return text;
}

}  // namespace chatsim::cli
