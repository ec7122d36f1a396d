#include "cli/availability_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

/// A mean that chance has pushed below nothing is nothing.
std::string downtime(double seconds) { return seconds > 0 ? format_duration(spec::Seconds{seconds}) : "0"; }

std::string half_width(const spec::Interval& interval) {
  return interval.half_width > 0 ? "+- " + format_duration(spec::Seconds{interval.half_width}) : "";
}

std::string nines(const planner::OperationAvailability& operation) {
  const double nines = operation.nines();
  return std::isfinite(nines) ? fmt::format("{:.1f}", nines) : "all";
}

/// Who owns the most of it.
std::string owners(const planner::OperationAvailability& operation) {
  constexpr std::size_t most = 3;
  std::vector<std::string> parts;
  for (const planner::Contribution& one : operation.contributions) {
    const double part = one.downtime_s.mean / operation.downtime_s.mean;
    if (parts.size() == most || !(part >= 0.005)) break;
    parts.push_back(fmt::format("{} {}", one.what, format_percent(std::min(1.0, part))));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string operations_table(const planner::Availability& found, const Paint& paint) {
  Table table("A year of each operation",
              {{"", Align::left}, {"nines"}, {"downtime"}, {"", Align::left}, {"owned by", Align::left}});
  for (const planner::OperationAvailability& one : found.operations) {
    table.add_row({one.operation, nines(one), downtime(one.downtime_s.mean), half_width(one.downtime_s), owners(one)});
  }
  return table.render(paint);
}

std::string contributions_table(const planner::OperationAvailability& operation, const Paint& paint) {
  Table table(fmt::format("What takes {} away", operation.operation), {{"", Align::left},
                                                                       {"failures\na year"},
                                                                       {"each costs\nonce"},
                                                                       {"and while\nit lasts"},
                                                                       {"mended\nin"},
                                                                       {"downtime\na year"},
                                                                       {"", Align::left}});
  for (const planner::Contribution& one : operation.contributions) {
    if (one.downtime_s.mean <= 0) continue;
    table.add_row({one.what, format_number(one.failures_per_year), downtime(one.once.value()),
                   one.while_it_lasts.value() > 0 ? format_percent(one.while_it_lasts.value()) : "",
                   format_duration(one.time_to_repair), downtime(one.downtime_s.mean), half_width(one.downtime_s)});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::vector<std::string> assumptions(const spec::Scenario& scenario, const planner::AvailabilityOptions& options) {
  std::vector<std::string> lines{
      fmt::format("each failure was simulated with {} seeds, for {} and for {}, beside the same time without it; "
                  "downtime is in "
                  "seconds of full outage: operations lost, or later than {}, over their rate",
                  options.seeds, format_duration(options.shorter), format_duration(options.longer),
                  format_duration(scenario.faults.late)),
      "what a failure costs while it lasts counts only where the longer one costs more than by chance; +- is the 95 % "
      "interval over seeds, each with another element that fails",
      "that cost is extended to the whole time to repair, as if clients and service did not adapt any further",
      "failures do not meet, and are mended in the time that faults.random has; releases, operators and bugs are left "
      "out"};
  const planner::FailureRates rates = planner::failure_rates(scenario, scenario.stores.message.disks);
  for (const planner::FailureRate* rate : rates.all()) {
    lines.push_back(fmt::format("{}: {} a year each, {}", rate->kind, format_number(rate->per_year()), rate->source));
  }
  return lines;
}

}  // namespace

std::string availability_report(const spec::Scenario& scenario, const planner::AvailabilityOptions& options,
                                const planner::Availability& found, const Paint& paint) {
  std::string text =
      fmt::format("{}: availability by failure rates and the measured impact of each failure\n\n", scenario.name);
  text += operations_table(found, paint) + "\n";
  for (const planner::OperationAvailability& one : found.operations) text += contributions_table(one, paint);
  text += "What this assumes\n";
  for (const std::string& line : assumptions(scenario, options)) text += wrapped("  " + line);
  return text;
}

nlohmann::ordered_json availability_json(const spec::Scenario& scenario, const planner::AvailabilityOptions& options,
                                         const planner::Availability& found) {
  nlohmann::ordered_json document{{"scenario", scenario.name}, {"seeds", options.seeds}};
  for (const planner::OperationAvailability& one : found.operations) {
    nlohmann::ordered_json& into = document["operations"][one.operation];
    into = {{"nines", one.nines()},
            {"downtime_s_per_year", one.downtime_s.mean},
            {"downtime_s_per_year_half_width", one.downtime_s.half_width}};
    for (const planner::Contribution& part : one.contributions) {
      into["failures"].push_back({{"what", part.what},
                                  {"per_year", part.failures_per_year},
                                  {"once_s", part.once.value()},
                                  {"while_it_lasts", part.while_it_lasts.value()},
                                  {"time_to_repair_s", part.time_to_repair.value()},
                                  {"downtime_s_per_year", part.downtime_s.mean},
                                  {"downtime_s_per_year_half_width", part.downtime_s.half_width}});
    }
  }
  document["assumptions"] = assumptions(scenario, options);
  return document;
}

}  // namespace chatsim::cli
