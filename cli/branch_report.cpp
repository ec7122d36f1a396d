#include "cli/branch_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/promises_report.hpp"
#include "cli/table.hpp"
#include "planner/experiment/after.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

/// A figure of one branch: the number that changes are reckoned from, and how it reads.
struct Figure {
  double number = 0;
  std::string text;
};
using Reader = std::function<std::optional<Figure>(const spec::Result&)>;

Figure count(std::uint64_t number) { return {static_cast<double>(number), format_count(number)}; }
Figure rate(double per_s) { return {per_s, format_rate(spec::PerSecond{per_s})}; }
std::optional<Figure> milliseconds(double number) {
  if (number <= 0) return std::nullopt;
  return Figure{number, format_duration(spec::Seconds{number * 1e-3})};
}

std::string change_text(const std::optional<Figure>& before, const std::optional<Figure>& after) {
  if (!before || !after) return "";
  if (before->number == after->number) return "=";
  if (before->number == 0) return "";  // Nothing is no measure.
  const double change = 100 * (after->number / before->number - 1);
  // Of a count that grew a thousandfold nobody wants the decimals.
  return fmt::format("{:+.{}f} %", change, std::abs(change) < 1000 ? 1 : 0);
}

/// A branch that has a result.
struct Column {
  const NamedBranch* branch;
  const spec::Result* result;
};

class Comparison {
 public:
  Comparison(const std::string& title, const std::vector<Column>& columns)
      : columns_(columns), table_(title, headers(columns)) {}

  void add(const std::string& figure, const Reader& read, Ink ink = Ink::plain) {
    std::vector<std::string> cells{figure};
    const std::optional<Figure> baseline = read(*columns_.front().result);
    for (const Column& column : columns_) {
      const std::optional<Figure> value = read(*column.result);
      cells.push_back(value ? value->text : "");
      if (!is_baseline(column)) cells.push_back(is_baseline(columns_.front()) ? change_text(baseline, value) : "");
    }
    table_.add_row(std::move(cells), ink);
  }
  std::string render(const Paint& paint) const { return table_.render(paint); }

 private:
  static bool is_baseline(const Column& column) { return column.branch->changes.empty(); }

  static std::vector<Table::Column> headers(const std::vector<Column>& columns) {
    std::vector<Table::Column> headers{{"", Table::Align::left}};
    for (const Column& column : columns) {
      headers.push_back({column.branch->name});
      if (!is_baseline(column)) headers.push_back({"change"});
    }
    return headers;
  }

  const std::vector<Column>& columns_;
  Table table_;
};

Reader latency(const std::string& name, spec::Seconds spec::LatencySummary::*percentile) {
  return [=](const spec::Result& result) -> std::optional<Figure> {
    const auto found = std::find_if(result.latency.begin(), result.latency.end(),
                                    [&](const spec::LatencySummary& latency) { return latency.name == name; });
    if (found == result.latency.end() || found->count == 0) return std::nullopt;
    return milliseconds(((*found).*percentile).value() * 1e3);
  };
}

/// The tier with the most of something, by name; change is that of the number.
template <class Number>
Reader most_of(Number number, std::string (*text)(double)) {
  return [=](const spec::Result& result) -> std::optional<Figure> {
    if (result.tiers.empty()) return std::nullopt;
    const auto& tier = *std::max_element(result.tiers.begin(), result.tiers.end(),
                                         [&](const spec::TierSummary& a, const spec::TierSummary& b) {
                                           return number(a) < number(b);
                                         });
    const double most = number(tier);
    return Figure{most, most > 0 ? fmt::format("{} {}", tier.name, text(most)) : "none"};
  };
}

std::string count_text(double number) { return format_count(static_cast<std::uint64_t>(number)); }

std::string whole_run(const std::vector<Column>& columns, const Paint& paint) {
  const spec::Result& first = *columns.front().result;
  Comparison table(fmt::format("All that was measured, {} s", format_number(first.measured_s)), columns);
  table.add("messages acknowledged", [](const spec::Result& result) { return count(result.messages.acknowledged); });
  table.add("messages failed", [](const spec::Result& result) { return count(result.messages.failed); });
  table.add("deliveries delivered", [](const spec::Result& result) { return count(result.deliveries.delivered); });
  table.add("deliveries kept", [](const spec::Result& result) { return count(result.deliveries.kept); });
  table.add("deliveries failed", [](const spec::Result& result) { return count(result.deliveries.failed); });
  table.add("logins failed", [](const spec::Result& result) { return count(result.sessions.failed); });
  for (const char* name : {"send_to_ack", "send_to_deliver"}) {
    table.add(std::string(name) + " p50", latency(name, &spec::LatencySummary::p50));
    table.add(std::string(name) + " p99", latency(name, &spec::LatencySummary::p99));
    table.add(std::string(name) + " p99.9", latency(name, &spec::LatencySummary::p999));
  }
  table.add("most utilised tier",
            most_of([](const spec::TierSummary& tier) { return tier.utilisation; }, format_utilisation));
  table.add("longest queue", most_of([](const spec::TierSummary& tier) { return static_cast<double>(tier.queue_max); },
                                     count_text));
  table.add("requests rejected", [](const spec::Result& result) {
    std::uint64_t rejected = 0;
    for (const spec::TierSummary& tier : result.tiers) rejected += tier.rejected;
    return count(rejected);
  });
  table.add("broken promises", [](const spec::Result& result) {
    return count(static_cast<std::uint64_t>(
        std::count_if(result.promises.begin(), result.promises.end(),
                      [](const spec::PromiseReport& promise) { return promise.broken(); })));
  });
  return table.render(paint);
}

std::string from_the_instant_on(const std::vector<Column>& columns, spec::Seconds at, const Paint& paint) {
  const planner::After first = planner::after(columns.front().result->series, at);
  if (first.windows == 0) return "";
  Comparison table(
      fmt::format("After {}, {} windows in {} s", spec::to_text(at), first.windows, format_number(first.seconds)),
      columns);
  const auto add = [&](const std::string& figure, std::function<std::optional<Figure>(const planner::After&)> read) {
    table.add(figure, [&, read](const spec::Result& result) { return read(planner::after(result.series, at)); });
  };
  add("offered", [](const planner::After& after) { return rate(after.offered_per_s); });
  add("acknowledged", [](const planner::After& after) { return rate(after.acknowledged_per_s); });
  add("delivered", [](const planner::After& after) { return rate(after.delivered_per_s); });
  add("failed", [](const planner::After& after) { return rate(after.failed_per_s); });
  add("send_to_ack p99, median window",
      [](const planner::After& after) { return milliseconds(after.send_to_ack_p99.median_ms); });
  add("  worst window", [](const planner::After& after) { return milliseconds(after.send_to_ack_p99.max_ms); });
  add("send_to_deliver p99, median window",
      [](const planner::After& after) { return milliseconds(after.send_to_deliver_p99.median_ms); });
  add("  worst window", [](const planner::After& after) { return milliseconds(after.send_to_deliver_p99.max_ms); });
  return table.render(paint);
}

std::string changes_line(const NamedBranch& branch) {
  if (branch.changes.empty()) return "";
  std::vector<std::string> changes;
  for (const FieldChange& change : branch.changes)
    changes.push_back(fmt::format("{} {} -> {}", change.path, change.before, change.after));
  return wrapped(fmt::format("  {}: {}", branch.name, fmt::join(changes, ", ")), 4);
}

}  // namespace

std::vector<FieldChange> changes_between(const spec::Scenario& before, const spec::Scenario& after) {
  std::vector<FieldChange> changes;
  spec::for_each_leaf(spec::scenario_fields(), [&](const spec::FieldNode& field) {
    std::string old = field.text(before), now = field.text(after);
    if (old != now) changes.push_back({field.path, std::move(old), std::move(now)});
  });
  return changes;
}

std::string branch_report(const spec::Scenario& scenario, spec::Seconds at, const std::vector<NamedBranch>& branches,
                          const Paint& paint) {
  const std::size_t variants = branches.size() - 1;
  std::string report =
      paint(Ink::strong, fmt::format("{}: one past until {}, then the baseline and {} variant{}", scenario.name,
                                     spec::to_text(at), variants, variants == 1 ? "" : "s")) +
      "\n";
  std::vector<Column> columns;
  for (const NamedBranch& branch : branches) {
    report += changes_line(branch);
    if (branch.outcome.result) columns.push_back({&branch, &*branch.outcome.result});
  }
  for (const Column& column : columns) {
    const std::string& name = column.branch->name;
    if (column.result->interrupted) {
      report += paint(Ink::alarm, fmt::format("{}: interrupted after {} s of simulated time: partial results", name,
                                              format_number(column.result->simulated_s))) +
                "\n";
    }
    for (const VerdictLine& line : broken_promises(*column.result))
      report += paint(line.ink, fmt::format("{}: {}", name, line.text)) + "\n";
  }
  if (columns.empty()) return report;
  report += "\n" + whole_run(columns, paint);
  if (const std::string after = from_the_instant_on(columns, at, paint); !after.empty()) report += "\n" + after;
  return report;
}

nlohmann::ordered_json branch_json(const NamedBranch& branch, spec::Seconds at) {
  nlohmann::ordered_json document{{"name", branch.name}, {"changes", nlohmann::ordered_json::object()}};
  for (const FieldChange& change : branch.changes) document["changes"][change.path] = change.after;
  if (!branch.outcome.failure.empty()) {
    document["failure"] = branch.outcome.failure;
    return document;
  }
  if (!branch.outcome.result) {
    document["after"] = nullptr;
    document["result"] = nullptr;
    return document;
  }
  const planner::After after = planner::after(branch.outcome.result->series, at);
  const auto percentiles = [](const planner::WindowPercentiles& windows) {
    return nlohmann::ordered_json{{"median", windows.median_ms}, {"max", windows.max_ms}};
  };
  document["after"] = {{"windows", after.windows},
                       {"seconds", after.seconds},
                       {"offered_per_s", after.offered_per_s},
                       {"acknowledged_per_s", after.acknowledged_per_s},
                       {"delivered_per_s", after.delivered_per_s},
                       {"failed_per_s", after.failed_per_s},
                       {"send_to_ack_p99_ms", percentiles(after.send_to_ack_p99)},
                       {"send_to_deliver_p99_ms", percentiles(after.send_to_deliver_p99)}};
  document["result"] = json::to_json(*branch.outcome.result);
  return document;
}

}  // namespace chatsim::cli
