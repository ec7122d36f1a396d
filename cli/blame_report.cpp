#include "cli/blame_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/marks.hpp"
#include "cli/table.hpp"
#include "cli/verdict.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double least_share = 0.001;

std::string quantile_text(const std::string& name) { return name == "p999" ? "p99.9" : name; }

bool is_shown(const std::string& wanted, const std::string& name) { return wanted.empty() || wanted == name; }

std::string signed_duration(spec::Seconds time) {
  return time < spec::Seconds{} ? "-" + format_duration(-time) : format_duration(time);
}

std::string quantile_table(const spec::BlameLatency& latency, const spec::BlameQuantile& quantile, const Marks& marks,
                           double faster, const Paint& paint) {
  const std::string path = fmt::format("blame.latency.{}.quantiles.{}.", latency.name, quantile.name);
  Table table(fmt::format("{} {}: {}, hop by hop in {} messages near it", latency.name, quantile_text(quantile.name),
                          marks(format_duration(quantile.latency), path + "latency_ms"), format_count(quantile.near)),
              {{"", Table::Align::left}, {"time"}, {"share"}, {fmt::format("gain if {}\nfaster", format_percent(faster))}});
  std::vector<const spec::BlameHop*> hops;
  for (const spec::BlameHop& hop : quantile.hops) {
    if (hop.share >= least_share || hop.gain >= least_share * quantile.latency) hops.push_back(&hop);
  }
  std::stable_sort(hops.begin(), hops.end(), [](const auto* a, const auto* b) { return a->share > b->share; });
  for (const spec::BlameHop* hop : hops) {
    const std::string own = path + "hops." + hop->name + ".";
    table.add_row({hop->name, format_duration(hop->time), format_percent(hop->share),
                   marks(signed_duration(hop->gain), own + "gain_ms")});
  }
  return table.render(paint);
}

std::string exemplars(const planner::Experiment& experiment, const std::string& latency, std::size_t most) {
  std::vector<const spec::Exemplar*> slowest;
  for (const planner::Replication& replication : experiment.replications) {
    if (!replication.result) continue;
    for (const spec::Exemplar& exemplar : replication.result->blame.slowest) {
      if (exemplar.latency == latency) slowest.push_back(&exemplar);
    }
  }
  std::stable_sort(slowest.begin(), slowest.end(), [](const auto* a, const auto* b) { return a->took > b->took; });
  slowest.resize(std::min(most, slowest.size()));
  std::string text;
  for (const spec::Exemplar* exemplar : slowest) {
    std::vector<std::string> hops;
    for (const auto& [name, time] : exemplar->hops) hops.push_back(fmt::format("{} {}", name, format_duration(time)));
    text += listing(fmt::format("{} of message {} (seed {}, sent at {})", format_duration(exemplar->took),
                                exemplar->message, exemplar->seed, format_duration(exemplar->sent)),
                    hops) +
            "\n";
  }
  return text.empty() ? "" : fmt::format("The slowest {}\n{}", latency, text);
}

std::string interval_cell(const spec::Interval& interval) {
  const std::string figure = fmt::format("{:.3g} ms", interval.mean);
  return interval.half_width > 0 ? fmt::format("{} +- {:.2g}", figure, interval.half_width) : figure;
}

Json interval_json(const spec::Interval& interval) {
  return {{"mean", interval.mean}, {"half_width", interval.half_width}, {"replications", interval.replications}};
}

/// Where a queue grows without end, no quantile is one, and what a faster hop would give depends on how long one looks.
std::string saturation_warning(const spec::Result& result, const Paint& paint) {
  std::string text;
  for (const spec::TierSummary& tier : result.tiers) {
    if (!is_saturated(tier)) continue;
    text += paint(Ink::alarm, tier.name + " is saturated: its queue grows as long as the run lasts, and so do shares and gains");
    text += "\n";
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace

std::string blame_report(const planner::Experiment& experiment, const BlameShown& shown, const Paint& paint) {
  const spec::BlameReport& blame = experiment.mean.blame;
  const Marks marks(experiment.mean, experiment.intervals);
  std::string text;
  for (const spec::BlameLatency& latency : blame.latency) {
    if (!is_shown(shown.latency, latency.name)) continue;
    for (const spec::BlameQuantile& quantile : latency.quantiles) {
      if (is_shown(shown.quantile, quantile.name))
        text += quantile_table(latency, quantile, marks, shown.faster, paint) + "\n";
    }
    text += exemplars(experiment, latency.name, shown.slowest) + "\n";
  }
  if (text.empty()) return "No message was followed to its end: nothing to tell.\n";
  text = saturation_warning(experiment.mean, paint) + text;
  if (blame.dropped + blame.unfollowed > 0) {
    text += fmt::format("Not followed: {} for want of room, {} that came another way, as after a failure.\n",
                        format_count(blame.dropped), format_count(blame.unfollowed));
  }
  return text;
}

std::string simulated_report(const std::vector<SimulatedHop>& hops, const BlameShown& shown, const Paint& paint) {
  if (hops.empty()) return "No hop can be made faster by itself: nothing was simulated.\n";
  Table table(fmt::format("Gain of hops that are {} faster", format_percent(shown.faster)),
              {{"", Table::Align::left}, {"", Table::Align::left}, {"calculated"}, {"simulated"}, {"", Table::Align::left}});
  for (const SimulatedHop& hop : hops) {
    bool first = true;
    for (const planner::CheckedGain& gain : hop.gains) {
      if (!is_shown(shown.latency, gain.latency) || !is_shown(shown.quantile, gain.quantile)) continue;
      const std::string verdict = !gain.error      ? ""
                                  : gain.agrees() ? "agree"
                                                  : fmt::format("differ by {}", interval_cell(*gain.error));
      table.add_row({std::exchange(first, false) ? hop.hop : "",
                     fmt::format("{} {}", gain.latency, quantile_text(gain.quantile)), interval_cell(gain.calculated),
                     interval_cell(gain.simulated), verdict},
                    gain.error && !gain.agrees() ? Ink::alarm : Ink::plain);
    }
  }
  std::string text = table.render(paint) + "\nSimulated on the same seeds, each with one change:\n";
  for (const SimulatedHop& hop : hops) text += fmt::format("  {}: {}\n", hop.hop, hop.change);
  return text;
}

std::string blame_summary(const spec::Result& result, const Paint& paint) {
  if (result.blame.latency.empty()) return "";
  Table table("What owns the latencies, by messages that were followed (chatsim blame says more)",
              {{"", Table::Align::left}, {"followed"}, {"p99"}, {"first of it", Table::Align::left}, {"share"},
               {"second", Table::Align::left}, {"share"}});
  for (const spec::BlameLatency& latency : result.blame.latency) {
    for (const spec::BlameQuantile& quantile : latency.quantiles) {
      if (quantile.name != "p99" || quantile.hops.size() < 2) continue;
      std::vector<spec::BlameHop> hops = quantile.hops;
      std::stable_sort(hops.begin(), hops.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
      table.add_row({latency.name, format_count(latency.count), format_duration(quantile.latency), hops[0].name,
                     format_percent(hops[0].share), hops[1].name, format_percent(hops[1].share)});
    }
  }
  return table.empty() ? "" : table.render(paint);
}

Json blame_json(const planner::Experiment& experiment, const std::vector<SimulatedHop>& hops, double faster) {
  Json json{{"faster", faster}, {"replications", experiment.succeeded()}};
  json["blame"] = json::to_json(experiment.mean)["blame"];
  Json& intervals = json["intervals"] = Json::object();
  for (const auto& [path, interval] : experiment.intervals.all) {
    if (path.starts_with("blame.")) intervals[path] = interval_json(interval);
  }
  Json& slowest = json["slowest"] = Json::array();
  for (const planner::Replication& replication : experiment.replications) {
    if (!replication.result) continue;
    for (const spec::Exemplar& exemplar : replication.result->blame.slowest) {
      Json ways = Json::array();
      for (const auto& [name, time] : exemplar.hops) ways.push_back({{"hop", name}, {"ms", time.value() * 1e3}});
      slowest.push_back({{"latency", exemplar.latency},
                         {"seed", exemplar.seed},
                         {"message", exemplar.message},
                         {"recipient", exemplar.recipient},
                         {"sent_s", exemplar.sent.value()},
                         {"took_ms", exemplar.took.value() * 1e3},
                         {"way", ways}});
    }
  }
  Json& simulated = json["simulated"] = Json::array();
  for (const SimulatedHop& hop : hops) {
    Json gains = Json::array();
    for (const planner::CheckedGain& gain : hop.gains) {
      gains.push_back({{"latency", gain.latency},
                       {"quantile", gain.quantile},
                       {"calculated_ms", interval_json(gain.calculated)},
                       {"simulated_ms", interval_json(gain.simulated)},
                       {"error_ms", gain.error ? interval_json(*gain.error) : Json()},
                       {"agrees", gain.error ? Json(gain.agrees()) : Json()}});
    }
    simulated.push_back({{"hop", hop.hop}, {"change", hop.change}, {"gains", gains}});
  }
  return json;
}

}  // namespace chatsim::cli
