#include "cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/disk_report.hpp"
#include "cli/fault_report.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/marks.hpp"
#include "cli/promises_report.hpp"
#include "cli/region_report.hpp"
#include "cli/replica_report.hpp"
#include "cli/resilience_report.hpp"
#include "cli/table.hpp"
#include "cli/verdict.hpp"
#include "cli/workload_report.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

std::string share_of(double part, std::uint64_t whole) {
  return whole == 0 ? "" : format_percent(part / static_cast<double>(whole));
}

std::string seeds(const spec::Result& result, const Replicated& replicated) {
  return replicated.replications > 1 ? fmt::format("means of {} seeds from {} on, +- is 95 %", replicated.replications,
                                                   result.seed)
                                     : fmt::format("seed {}", result.seed);
}

std::string flow_table(const spec::Result& result, const Replicated& replicated, const Marks& marks,
                       const Paint& paint) {
  Table table(fmt::format("Messages and deliveries ({} s measured of {} s simulated, {})",
                          format_number(result.measured_s), format_number(result.simulated_s),
                          seeds(result, replicated)),
              {{"", Align::left}, {"count"}, {"rate"}, {"share"}});
  const auto add_count = [&](std::string_view name, std::string_view path, std::uint64_t count, std::uint64_t whole,
                             Ink ink = Ink::plain) {
    const double rate = static_cast<double>(count) / result.measured_s;
    table.add_row({std::string(name), marks.cell_with_interval(format_count(count), path),
                   marks.cell_with_interval(format_rate(spec::PerSecond(rate)), path),
                   share_of(static_cast<double>(count), whole)},
                  ink);
  };
  // A level, not a flow: it has no rate, and what the warm-up left in flight is part of it.
  const auto add_in_flight = [&](std::string_view path, std::int64_t count, std::uint64_t whole) {
    table.add_row(
        {"  in flight at the end", marks.cell_with_interval(format_integer(count), path), "", share_of(static_cast<double>(count), whole)});
  };
  const spec::MessageCounts& messages = result.messages;
  add_count("messages offered", "messages.offered", messages.offered, messages.offered);
  add_count("  acknowledged", "messages.acknowledged", messages.acknowledged, messages.offered);
  add_count("  failed", "messages.failed", messages.failed, messages.offered, messages.failed == 0 ? Ink::plain : Ink::alarm);
  add_in_flight("messages.in_flight", messages.in_flight, messages.offered);
  const spec::DeliveryCounts& deliveries = result.deliveries;
  add_count("deliveries due", "deliveries.due", deliveries.due, deliveries.due);
  add_count("  delivered", "deliveries.delivered", deliveries.delivered, deliveries.due);
  add_count("  kept for the next login", "deliveries.kept", deliveries.kept, deliveries.due);
  add_count("  failed", "deliveries.failed", deliveries.failed, deliveries.due, deliveries.failed == 0 ? Ink::plain : Ink::alarm);
  add_in_flight("deliveries.in_flight", deliveries.in_flight, deliveries.due);
  return table.render(paint);
}

std::string latency_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Latency",
              {{"", Align::left}, {"count"}, {"mean"}, {"p50"}, {"p90"}, {"p99"}, {"p99.9"}, {"max"}});
  for (const spec::LatencySummary& latency : result.latency) {
    std::vector<std::string> cells{
        latency.name,
        marks.cell_with_interval(format_count(latency.count), fmt::format("latency.{}.count", latency.name))};
    spec::LatencySummary::fields([&](std::string_view key, auto member) {
      if constexpr (std::is_same_v<decltype(member), spec::Seconds spec::LatencySummary::*>) {
        const std::string figure = latency.count == 0 ? "" : format_duration(latency.*member);
        cells.push_back(marks.cell(figure, fmt::format("latency.{}.{}", latency.name, key)));
      }
    });
    table.add_row(std::move(cells));
  }
  return table.render(paint);
}

std::string tier_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Tiers", {{"", Align::left},
                        {"machines"},
                        {"limited by"},
                        {"offered"},
                        {"utilised"},
                        {"busiest\nmachine"},
                        {"wait\nmean"},
                        {"queue\nmean"},
                        {"queue\nmax"},
                        {"rejected"}});
  for (const spec::TierSummary& tier : result.tiers) {
    const auto mark = [&](const std::string& figure, std::string_view key) {
      return marks.cell(figure, fmt::format("tiers.{}.{}", tier.name, key));
    };
    table.add_row(
        {tier.name, mark(format_count(tier.machines), "machines"), limit_of(tier),
         mark(format_rate(tier.offered), "offered_per_s"),
         mark(format_utilisation(tier.utilisation), "utilisation"),
         mark(format_utilisation(tier.utilisation_max), "utilisation_max"),
         mark(format_duration(tier.wait_mean), "wait_mean_ms"),
         mark(format_number(tier.queue_mean), "queue_mean"), mark(format_count(tier.queue_max), "queue_max"),
         mark(format_count(tier.rejected), "rejected")},
        is_saturated(tier) ? Ink::alarm : Ink::plain);
  }
  return table.render(paint);
}

/// Where the load of a tier comes from, the largest part first.
std::string cause_table(const spec::TierSummary& tier, const Marks& marks, const Paint& paint) {
  double all = 0;
  for (const spec::TierLoad& load : tier.loads) all += load.utilisation;
  Table table(
      fmt::format("Load of {} by cause ({} of its threads in all)", tier.name, format_utilisation(all)),
      {{"", Align::left}, {"requests"}, {"utilised"}, {"share"}});
  for (const spec::TierLoad& load : loads_by_size(tier)) {
    const std::string path = fmt::format("tiers.{}.loads.{}.", tier.name, load.step);
    table.add_row({load.step, marks.cell_with_interval(format_rate(load.requests), path + "requests_per_s"),
                   marks.cell_with_interval(format_utilisation(load.utilisation), path + "utilisation"),
                   all > 0 ? format_percent(load.utilisation / all) : ""});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

/// Of saturated tiers, or else of the busiest one, or of all.
std::string cause_tables(const spec::Result& result, Causes causes, const Marks& marks, const Paint& paint) {
  std::string text;
  const spec::TierSummary* busiest = nullptr;
  for (const spec::TierSummary& tier : result.tiers) {
    if (causes == Causes::of_all || is_saturated(tier)) text += cause_table(tier, marks, paint);
    if (!busiest || tier.utilisation > busiest->utilisation) busiest = &tier;
  }
  return text.empty() && busiest ? cause_table(*busiest, marks, paint) : text;
}

std::string storage_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Storage (before replication)",
              {{"", Align::left}, {"rows written"}, {"bytes written"}, {"rows read"}});
  for (const spec::StorageSummary& storage : result.storage) {
    const auto cell = [&](const std::string& figure, std::string_view key) {
      return marks.cell_with_interval(figure, fmt::format("storage.{}.{}", storage.name, key));
    };
    table.add_row({storage.name, cell(format_rate(spec::PerSecond(storage.rows_per_s)), "rows_per_s"),
                   cell(format_bytes_per_second(spec::BytesPerSecond(storage.bytes_per_s)), "bytes_per_s"),
                   cell(format_rate(spec::PerSecond(storage.reads_per_s)), "reads_per_s")});
  }
  return table.render(paint);
}

/// What the simulation comes to beside what the formulas say.
std::string retention_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Storage a message and over the retention, simulated beside estimated by formula",
              {{"", Align::left},
               {"new rows\na message"},
               {"\nestimated"},
               {"rows read\na message"},
               {"\nestimated"},
               {"bytes\nkept"},
               {"\nestimated"},
               {"with\nreplicas"}});
  for (const spec::StorageSummary& storage : result.storage) {
    if (storage.kept_bytes == 0 && storage.kept_bytes_estimated == 0) continue;
    const auto cell = [&](const std::string& figure, std::string_view key) {
      return marks.cell_with_interval(figure, fmt::format("storage.{}.{}", storage.name, key));
    };
    table.add_row(
        {storage.name, cell(format_number(storage.inserts_per_message, 4), "inserts_per_message"),
         format_number(storage.inserts_per_message_estimated, 4),
         cell(format_number(storage.reads_per_message, 4), "reads_per_message"),
         format_number(storage.reads_per_message_estimated, 4),
         cell(format_bytes(spec::Bytes(storage.kept_bytes)), "kept_bytes"),
         format_bytes(spec::Bytes(storage.kept_bytes_estimated)),
         cell(format_bytes(spec::Bytes(storage.kept_bytes_replicated)), "kept_bytes_replicated")});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string failure_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Failures", {{"reason", Align::left}, {"count"}, {"of messages offered"}});
  for (const spec::FailureCount& failure : result.failures) {
    if (failure.count == 0) continue;
    table.add_row({failure.reason,
                   marks.cell_with_interval(format_count(failure.count), "failures." + failure.reason),
                   share_of(static_cast<double>(failure.count), result.messages.offered)});
  }
  return table.empty() ? "" : table.render(paint);
}

std::string network_line(const spec::Result& result, const Marks& marks) {
  std::vector<std::string> items{
      fmt::format("{} sent by all machines",
                  marks(format_bytes_per_second(spec::BytesPerSecond(result.network.bytes_per_s)),
                        "network.bytes_per_s"))};
  if (!result.network.busiest_tier.empty()) {
    items.push_back(fmt::format(
        "busiest link {} utilised (a {} machine)",
        marks(format_percent(result.network.host_link_utilisation_max), "network.host_link_utilisation_max"),
        result.network.busiest_tier));
  }
  return listing("Network", items);
}

std::string events_line(const spec::Result& result, const Marks& marks) {
  std::vector<std::string> items;
  double sum = 0;
  for (const spec::StepEvents& step : result.events_per_message) {
    sum += step.per_message;
    items.push_back(fmt::format("{} {}", step.step,
                                marks.with_interval(format_number(step.per_message),
                                                    "events_per_message." + step.step)));
  }
  return listing(
      fmt::format("Events per message ({} in all)", marks(format_number(sum), "events_per_message.all")),
      items);
}

std::string invariants_line(const spec::Result& result, const Paint& paint) {
  const spec::InvariantReport& invariants = result.invariants;
  const std::string line =
      listing("Invariants",
              {fmt::format("conservation residual {}", format_integer(invariants.conservation_residual)),
               fmt::format("acknowledged and lost {}", format_count(invariants.lost_acknowledged)),
               fmt::format("duplicates {}", format_count(invariants.duplicates)),
               fmt::format("out of order {}", format_count(invariants.out_of_order)),
               fmt::format("stale reads {}", format_count(invariants.stale_reads)),
               fmt::format("Little's law within {}", format_percent(invariants.little_law_error))});
  const bool broken = invariants.conservation_residual != 0 || !broken_promises(result).empty();
  return broken ? paint(Ink::alarm, line.substr(0, line.size() - 1)) + "\n" : line;
}

std::string cost_line(const spec::Result& result, const Replicated& replicated) {
  std::vector<std::string> items{
      fmt::format("{} of wall time", format_duration(spec::Seconds(result.wall_s))),
      fmt::format("{} of it for the platform", format_duration(spec::Seconds(result.platform_build_s)))};
  if (result.simulated_s > 0) {
    items.push_back(
        fmt::format("{} s a simulated second", format_number(result.wall_s / result.simulated_s)));
  }
  items.push_back(fmt::format("{} events", format_count(result.events)));
  if (result.wall_s > 0) {
    const auto rate = static_cast<double>(result.events) / result.wall_s;
    items.push_back(fmt::format("{} events/s", format_count(static_cast<std::uint64_t>(rate))));
  }
  items.push_back(
      fmt::format("peak memory {}", format_bytes(spec::Bytes(static_cast<double>(result.peak_rss_bytes)))));
  if (replicated.replications == 1) return listing("This run", items);
  return listing("This run", {fmt::format("{} replications in {} of wall time", replicated.replications,
                                          format_duration(spec::Seconds(replicated.wall_s)))}) +
         listing("Each of them, on average", items);
}

}  // namespace

std::string report(const spec::Result& result, const Paint& paint, Causes causes, const Replicated& replicated) {
  const Marks marks(result, replicated.intervals);
  std::string text;
  for (const VerdictLine& line : verdict(result, marks)) text += paint(line.ink, line.text) + "\n";
  if (!replicated.summary.empty()) text += replicated.summary + "\n";
  text += "\n";
  if (result.measured_s > 0) {
    text += flow_table(result, replicated, marks, paint) + "\n";
    text += fault_report(result, paint);
    if (const std::string failures = failure_table(result, marks, paint); !failures.empty()) text += failures + "\n";
    if (!result.latency.empty()) text += latency_table(result, marks, paint) + "\n";
    if (!result.tiers.empty()) text += tier_table(result, marks, paint) + "\n";
    text += cause_tables(result, causes, marks, paint);
    if (!result.storage.empty()) text += storage_table(result, marks, paint) + "\n";
    text += retention_table(result, marks, paint);
    text += disk_tables(result, marks, paint);
    text += region_report(result, paint);
    text += replica_report(result, paint);
    text += resilience_report(result, paint);
    text += workload_lines(result, marks);
    text += network_line(result, marks);
  }
  if (!result.events_per_message.empty()) text += events_line(result, marks);
  text += invariants_line(result, paint);
  text += promises_lines(result, paint);
  text += cost_line(result, replicated);
  if (!result.size_dependent.empty()) {
    text += fmt::format(
        "* of a slice of {}: depends on the size of the system, and does not carry over to the whole\n",
        format_number(result.slice));
  }
  return text;
}

}  // namespace chatsim::cli
