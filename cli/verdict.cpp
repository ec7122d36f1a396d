#include "cli/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/promises_report.hpp"

namespace chatsim::cli {
namespace {

constexpr double always_busy = 0.999;  // a queue that never empties leaves gaps only at the ends of a run
constexpr double planned_utilisation = 0.8;  // the budget of the document for every tier
constexpr double visible_link_share = 0.05;  // SimGrid's flows do not see what messages use of a link

void add_rate_lines(const spec::Result& result, const Marks& marks, std::vector<VerdictLine>& lines) {
  const std::string slice =
      result.slice < 1 ? fmt::format(", a slice of {},", format_number(result.slice)) : "";
  const std::string by_flows = result.fidelity == "flow" ? std::string(result.slice < 1 ? "" : ",") + " every message a flow of SimGrid," : "";
  const std::string subject =
      fmt::format("{}{}{} on {} machines", result.scenario, slice, by_flows, format_count(result.machines));
  if (result.measured_s <= 0) {
    lines.push_back({Ink::strong, subject + ": it ended within the warm-up, nothing was measured"});
    return;
  }
  const auto rate = [&](std::uint64_t count, std::string_view path) {
    return marks.with_interval(format_rate(spec::PerSecond(static_cast<double>(count) / result.measured_s)), path);
  };
  const spec::MessageCounts& messages = result.messages;
  const spec::DeliveryCounts& deliveries = result.deliveries;
  lines.push_back({Ink::strong, fmt::format("{}: {} messages offered, {} acknowledged", subject,
                                            rate(messages.offered, "messages.offered"),
                                            rate(messages.acknowledged, "messages.acknowledged"))});
  lines.push_back(
      {Ink::plain, fmt::format("{} deliveries due: {} delivered, {} kept for the next login",
                               rate(deliveries.due, "deliveries.due"),
                               rate(deliveries.delivered, "deliveries.delivered"),
                               rate(deliveries.kept, "deliveries.kept"))});
}

std::string saturated_line(const spec::TierSummary& tier, const Marks& marks) {
  if (tier.utilisation > 1) {
    return fmt::format("{} is saturated: offered {} of what it can serve; at least {} machines needed for {}",
                       tier.name,
                       marks.with_interval(format_utilisation(tier.utilisation),
                                           fmt::format("tiers.{}.utilisation", tier.name)),
                       format_count(machines_for(tier, planned_utilisation)),
                       format_number(planned_utilisation));
  }
  return fmt::format("{} is saturated: its {} are never idle (busy {}); at least {} machines needed for {}",
                     tier.name, tier.busy_cores > tier.busy_threads ? "cores" : "threads",
                     format_percent(std::max(tier.busy_threads, tier.busy_cores)),
                     format_count(machines_for(tier, planned_utilisation)),
                     format_number(planned_utilisation));
}

/// As many causes as fit into a line, the others summed up; empty when nothing is known of them.
std::string cause_line(const spec::TierSummary& tier) {
  const std::vector<spec::TierLoad> loads = loads_by_size(tier);
  if (loads.empty()) return "";
  std::string line = tier.busy_cores > tier.busy_threads ? "  by cause, in threads: " : "  by cause: ";
  double rest = 0;
  for (const spec::TierLoad& load : loads) rest += load.utilisation;
  for (std::size_t index = 0; index < loads.size(); ++index) {
    const std::string item = fmt::format("{}{} {}", index > 0 ? ", " : "", loads[index].step,
                                         format_utilisation(loads[index].utilisation));
    const std::string others =
        fmt::format(", {} others {}", loads.size() - index, format_utilisation(std::max(0.0, rest)));
    if (line.size() + item.size() + others.size() > report_width) return line + others;
    line += item;
    rest -= loads[index].utilisation;
  }
  return line;
}

VerdictLine first_to_saturate(const spec::Result& result, const Marks& marks) {
  const auto tier = std::max_element(result.tiers.begin(), result.tiers.end(),
                                     [](const spec::TierSummary& left, const spec::TierSummary& right) {
                                       return left.utilisation < right.utilisation;
                                     });
  const double tier_utilisation = tier == result.tiers.end() ? 0 : tier->utilisation;
  const double link = result.network.host_link_utilisation_max;
  if (link > tier_utilisation) {
    return {link >= 1 ? Ink::alarm : Ink::good,
            fmt::format("No tier is saturated. First to saturate: the network link of a {} machine, at {} "
                        "times this load",
                        result.network.busiest_tier, format_number(1 / link, 2))};
  }
  if (tier_utilisation == 0) return {Ink::plain, "No tier is saturated: none had anything to do"};
  return {
      Ink::good,
      fmt::format("No tier is saturated. First to saturate: {} at {} times this load (utilisation {})",
                  tier->name, format_number(1 / tier_utilisation, 2),
                  marks.with_interval(format_utilisation(tier_utilisation),
                                      fmt::format("tiers.{}.utilisation", tier->name)))};
}

void add_load_lines(const spec::Result& result, const Marks& marks, std::vector<VerdictLine>& lines) {
  const std::size_t before = lines.size();
  for (const spec::TierSummary& tier : result.tiers) {
    if (!is_saturated(tier)) continue;
    lines.push_back({Ink::alarm, saturated_line(tier, marks)});
    if (std::string causes = cause_line(tier); !causes.empty())
      lines.push_back({Ink::alarm, std::move(causes)});
  }
  if (lines.size() > before) {
    lines.push_back(
        {Ink::plain,
         "Queues there grow as long as the run lasts, and the latencies below with them; tiers behind "
         "see less load"});
    return;
  }
  lines.push_back(first_to_saturate(result, marks));
  for (const spec::TierSummary& tier : result.tiers) {
    if (tier.utilisation_max > 1) {
      lines.push_back(
          {Ink::alarm,
           fmt::format("{} is uneven: offered {} of what it can serve, but its busiest machine {}", tier.name,
                       format_utilisation(tier.utilisation), format_utilisation(tier.utilisation_max))});
    }
  }
}

void add_trust_lines(const spec::Result& result, std::vector<VerdictLine>& lines) {
  if (result.invariants.conservation_residual != 0) {
    lines.push_back(
        {Ink::alarm, fmt::format("Do not trust this run: {} messages or deliveries are unaccounted for",
                                 format_integer(result.invariants.conservation_residual))});
  }
  for (const VerdictLine& line : broken_promises(result)) lines.push_back(line);
}

void add_control_lines(const spec::ControlSummary& control, std::vector<VerdictLine>& lines) {
  if (control.detections != 0) {
    lines.push_back({Ink::plain, fmt::format("{} machines were found dead or cut off, after {} in the mean and {} at most",
                                             format_count(control.detections),
                                             format_duration(control.detection_delay_mean),
                                             format_duration(control.detection_delay_max))});
  }
  if (control.undetected != 0) {
    lines.push_back({Ink::plain, fmt::format("{} machines were dead or cut off when the run ended, and nobody had noticed",
                                             format_count(control.undetected))});
  }
  if (control.false_positives != 0) {
    lines.push_back({Ink::plain, fmt::format("{} times a healthy machine was taken for down, by lost heartbeats",
                                             format_count(control.false_positives))});
  }
  if (control.no_quorum_s > 0) {
    lines.push_back({Ink::alarm, fmt::format("Coordination had no majority for {}: who was up was not known meanwhile",
                                             format_duration(spec::Seconds{control.no_quorum_s}))});
  }
}

void add_warning_lines(const spec::Result& result, std::vector<VerdictLine>& lines) {
  if (result.messages.failed != 0) {
    const double share = static_cast<double>(result.messages.failed) /
                         static_cast<double>(std::max<std::uint64_t>(result.messages.offered, 1));
    lines.push_back({Ink::alarm, fmt::format("{} messages failed ({}); the reasons are below",
                                             format_count(result.messages.failed), format_percent(share))});
  }
  add_control_lines(result.control, lines);
  if (result.network.host_link_utilisation_max > visible_link_share) {
    lines.push_back(
        {Ink::plain,
         fmt::format("Messages use {} of a {} machine's link; bulk flows do not see that and run too "
                     "fast",
                     format_percent(result.network.host_link_utilisation_max), result.network.busiest_tier)});
  }
}

}  // namespace

bool is_saturated(const spec::TierSummary& tier) {
  return tier.utilisation > 1 || tier.busy_threads >= always_busy || tier.busy_cores >= always_busy;
}

std::string limit_of(const spec::TierSummary& tier) {
  return tier.busy_cores > tier.busy_threads ? fmt::format("{} cores", tier.cores)
                                             : fmt::format("{} threads", tier.threads);
}

std::vector<spec::TierLoad> loads_by_size(const spec::TierSummary& tier) {
  std::vector<spec::TierLoad> loads = tier.loads;
  std::erase_if(loads, [](const spec::TierLoad& load) { return load.requests.value() == 0; });
  std::stable_sort(loads.begin(), loads.end(), [](const spec::TierLoad& left, const spec::TierLoad& right) {
    return left.utilisation > right.utilisation;
  });
  return loads;
}

std::uint64_t machines_for(const spec::TierSummary& tier, double utilisation) {
  const double used = std::max({tier.utilisation, tier.busy_threads, tier.busy_cores});
  // 0.8 x 100 machines / 0.8 must not become 101 by a rounding error
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(tier.machines) * used / utilisation - 1e-9));
}

std::vector<VerdictLine> verdict(const spec::Result& result, const Marks& marks) {
  std::vector<VerdictLine> lines;
  if (result.interrupted) {
    lines.push_back({Ink::alarm, fmt::format("Interrupted after {} s of simulated time: partial results",
                                             format_number(result.simulated_s))});
  }
  add_trust_lines(result, lines);
  add_rate_lines(result, marks, lines);
  if (result.measured_s > 0) add_load_lines(result, marks, lines);
  add_warning_lines(result, lines);
  return lines;
}

}  // namespace chatsim::cli
