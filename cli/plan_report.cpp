#include "cli/plan_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"
#include "cli/verdict.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

std::string machines_text(int machines) { return format_count(static_cast<std::uint64_t>(machines)); }

std::string dollars(double usd) {
  if (usd >= 1e6) return fmt::format("{} M$", format_number(usd / 1e6, 4));
  if (usd >= 1e3) return fmt::format("{} k$", format_number(usd / 1e3, 4));
  return fmt::format("{} $", format_number(usd, 3));
}

std::string causes(const planner::Unstable& tier) {
  std::vector<std::string> parts;
  for (const planner::StationLoad& load : tier.by_cause) {
    if (load.utilisation >= 0.0005) parts.push_back(fmt::format("{} {}", load.step, format_utilisation(load.utilisation)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string headline(const spec::Scenario& scenario, const planner::Plan& plan, const Paint& paint) {
  std::string text = fmt::format("{} on {} machines, by queueing theory at {} times the mean load\n", scenario.name,
                                 format_count(plan.result.machines), format_number(scenario.population.load_factor));
  for (const planner::Unstable& tier : plan.unstable) {
    text += paint(Ink::alarm, fmt::format("{} is not stable: offered {} of what {} machines can serve", tier.tier,
                                          format_utilisation(tier.offered), machines_text(tier.machines))) + "\n";
    text += wrapped(fmt::format("  by cause: {}", causes(tier)));
    text += fmt::format("  queues stop growing from {} machines on; {} hold {} of utilisation at this load, {} the budgets "
                        "at the peak\n",
                        machines_text(tier.smallest_stable), machines_text(tier.within_utilisation),
                        format_utilisation(scenario.planning.utilisation.value()), machines_text(tier.at_peak));
  }
  for (const planner::OutOfReach& way : plan.fleet.out_of_reach) {
    text += paint(Ink::alarm, fmt::format("{} p99 cannot be {}: without any waiting it is {}", way.way,
                                          format_duration(way.budget), format_duration(way.at_best))) + "\n";
  }
  if (!plan.unstable.empty()) {
    text += "Waits and latencies are left out: there are none while a queue grows.\n";
  }
  return text;
}

/// Before the tables: what no table of these shows.
std::string left_out(const planner::Plan& plan) {
  if (plan.not_modelled.empty()) return "";
  std::string text = "What the scenario has and this plan leaves out; `run` shows it\n";
  for (const planner::NotModelled& one : plan.not_modelled) text += wrapped("  " + planner::text_of(one));
  return text + "\n";
}

std::string tier_table(const planner::Plan& plan, const Paint& paint) {
  Table table("Tiers at this load", {{"", Align::left}, {"machines"}, {"limited by"}, {"offered"}, {"utilised"},
                                     {"busiest\nmachine"}, {"wait\nmean"}, {"service\nmean"}});
  const bool steady = plan.unstable.empty();
  for (const spec::TierSummary& tier : plan.result.tiers) {
    table.add_row({tier.name, format_count(tier.machines), limit_of(tier), format_rate(tier.offered),
                   format_utilisation(tier.utilisation), format_utilisation(tier.utilisation_max),
                   steady ? format_duration(tier.wait_mean) : "", format_duration(tier.service_mean)},
                  tier.utilisation >= 1 ? Ink::alarm : Ink::plain);
  }
  return table.render(paint);
}

std::string latency_table(const planner::Plan& plan, const Paint& paint) {
  Table table("Latency, by convolution of the hops",
              {{"", Align::left}, {"rate"}, {"mean"}, {"p50"}, {"p90"}, {"p99"}, {"p99.9"}});
  for (const spec::LatencySummary& way : plan.result.latency) {
    table.add_row({way.name, format_rate(spec::PerSecond{static_cast<double>(way.count)}), format_duration(way.mean),
                   format_duration(way.p50), format_duration(way.p90), format_duration(way.p99), format_duration(way.p999)});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string fleet_table(const spec::Scenario& scenario, const planner::Plan& plan, const Paint& paint) {
  const spec::Planning& planning = scenario.planning;
  Table table(fmt::format("Machines that hold the budgets (utilisation {}, p99 of send_to_ack {} and send_to_deliver {}), "
                          "at the mean and\nat the peak of {} times it; with spares: any {} may be down at the peak",
                          format_utilisation(planning.utilisation.value()), format_duration(planning.send_to_ack_p99),
                          format_duration(planning.send_to_deliver_p99), format_number(planning.peak),
                          spec::enum_name(planning.survive)),
              {{"", Align::left}, {"scenario"}, {"at the\nmean"}, {"at the\npeak"}, {"with\nspares"},
               {"binding", Align::left}, {"then", Align::left}, {"twice\nthe users"}});
  for (std::size_t i = 0; i < plan.fleet.tiers.size(); ++i) {
    const planner::TierSize& tier = plan.fleet.tiers[i];
    std::string then;
    for (const planner::Constraint& constraint : tier.constraints) {
      if (constraint.resource == tier.binding) continue;
      then = fmt::format("{} ({})", planner::resource_name(constraint.resource), machines_text(constraint.machines));
      break;
    }
    table.add_row({tier.name, machines_text(tier.machines), machines_text(tier.at_mean), machines_text(tier.at_peak),
                   machines_text(tier.with_spares), std::string(planner::resource_name(tier.binding)), then,
                   machines_text(plan.doubled.tiers[i].with_spares)},
                  tier.with_spares > tier.machines ? Ink::alarm : Ink::plain);
  }
  table.add_row({"in all", format_count(plan.result.machines), machines_text(plan.fleet.machines_at_mean()),
                 machines_text(plan.fleet.machines_at_peak()), machines_text(plan.fleet.machines_with_spares()), "", "",
                 machines_text(plan.doubled.machines_with_spares())},
                Ink::strong);
  return table.render(paint);
}

std::string headroom_table(const planner::Plan& plan, const Paint& paint) {
  using planner::Resource;
  Table table("Used of the scenario's machines at the peak (what must stay below: see planning)",
              {{"", Align::left}, {"threads"}, {"cores"}, {"connections"}, {"memory"}, {"storage\nbytes"},
               {"storage\noperations"}, {"network"}});
  for (const planner::TierSize& tier : plan.fleet.tiers) {
    std::vector<std::string> cells{tier.name};
    bool too_much = false;
    for (const Resource resource : {Resource::threads, Resource::cores, Resource::connections, Resource::memory,
                                    Resource::storage_bytes, Resource::storage_operations, Resource::network}) {
      const auto found = std::find_if(tier.constraints.begin(), tier.constraints.end(),
                                      [&](const planner::Constraint& c) { return c.resource == resource; });
      cells.push_back(found == tier.constraints.end() ? "" : format_utilisation(found->used));
      if (found != tier.constraints.end()) too_much |= found->used > found->allowed;
    }
    table.add_row(std::move(cells), too_much ? Ink::alarm : Ink::plain);
  }
  return table.render(paint);
}

std::string cost_table(const planner::Plan& plan, const Paint& paint) {
  Table table("Cost a month of the fleet with spares, and of the scenario's",
              {{"", Align::left}, {"machines"}, {"cores and\nmemory"}, {"disks"}, {"power"}, {"in all"}, {"scenario"}});
  for (std::size_t i = 0; i < plan.cost_of_fleet.tiers.size(); ++i) {
    const planner::TierCost& tier = plan.cost_of_fleet.tiers[i];
    table.add_row({tier.name, machines_text(tier.machines), dollars(tier.machines_usd), dollars(tier.disks_usd),
                   dollars(tier.power_usd), dollars(tier.total()), dollars(plan.cost_of_scenario.tiers[i].total())});
  }
  const planner::Cost& cost = plan.cost_of_fleet;
  table.add_row({fmt::format("egress, {} a month", format_bytes(spec::Bytes{cost.egress_bytes_per_month})), "", "", "", "",
                 dollars(cost.egress_usd), dollars(plan.cost_of_scenario.egress_usd)});
  table.add_row({"in all", "", "", "", fmt::format("{} MW", format_number(cost.watts() / 1e6)), dollars(cost.total()),
                 dollars(plan.cost_of_scenario.total())},
                Ink::strong);
  return table.render(paint);
}

std::string weak_points(const planner::Plan& plan) {
  std::string text = "What depends on a single thing\n";
  for (const planner::SinglePoint& point : plan.single_points) {
    const std::string share =
        point.hosts_share > 0 ? fmt::format(" ({} of all hosts)", format_percent(point.hosts_share)) : "";
    text += wrapped(fmt::format("  {} takes {}{}", point.what, point.takes, share));
  }
  for (const planner::Bisection& cut : plan.bisections) {
    text += wrapped(fmt::format("  bisection of the {}: {} between halves whose hosts send {}, {} to 1", cut.between,
                                format_bytes_per_second(cut.bandwidth), format_bytes_per_second(cut.hosts),
                                format_number(cut.oversubscription())));
  }
  return text;
}

std::string assumptions(const planner::Plan& plan) {
  std::string text = "What this assumes, and how far off it may be\n";
  for (const planner::Approximation& one : plan.approximations) text += wrapped(fmt::format("  {}: {}", one.what, one.error));
  return text;
}

nlohmann::ordered_json fleet_json(const planner::Fleet& fleet) {
  nlohmann::ordered_json document = nlohmann::ordered_json::object();
  for (const planner::TierSize& tier : fleet.tiers) {
    nlohmann::ordered_json& into = document[tier.name];
    into = {{"machines", tier.machines}, {"at_mean", tier.at_mean}, {"at_peak", tier.at_peak},
            {"with_spares", tier.with_spares}, {"binding", planner::resource_name(tier.binding)}};
    for (const planner::Constraint& constraint : tier.constraints) {
      into["constraints"][std::string(planner::resource_name(constraint.resource))] = {
          {"machines", constraint.machines}, {"used", constraint.used}, {"allowed", constraint.allowed},
          {"headroom", constraint.headroom()}};
    }
  }
  return document;
}

nlohmann::ordered_json cost_json(const planner::Cost& cost) {
  nlohmann::ordered_json document;
  document["usd_per_month"] = cost.total();
  document["egress_usd_per_month"] = cost.egress_usd;
  document["egress_bytes_per_month"] = cost.egress_bytes_per_month;
  document["watts"] = cost.watts();
  for (const planner::TierCost& tier : cost.tiers) {
    document["tiers"][tier.name] = {{"machines", tier.machines}, {"machines_usd", tier.machines_usd},
                                    {"disks_usd", tier.disks_usd}, {"power_usd", tier.power_usd},
                                    {"usd_per_month", tier.total()}};
  }
  return document;
}

}  // namespace

std::string plan_report(const spec::Scenario& scenario, const planner::Plan& plan, const Paint& paint) {
  return headline(scenario, plan, paint) + "\n" + left_out(plan) + tier_table(plan, paint) + "\n" + latency_table(plan, paint) +
         fleet_table(scenario, plan, paint) + "\n" + headroom_table(plan, paint) + "\n" + cost_table(plan, paint) + "\n" +
         weak_points(plan) + "\n" + assumptions(plan);
}


nlohmann::ordered_json plan_json(const spec::Scenario& scenario, const planner::Plan& plan) {
  nlohmann::ordered_json document;
  const nlohmann::ordered_json result = json::to_json(plan.result);
  for (const char* key : {"scenario", "machines", "hosts", "messages", "deliveries", "sessions", "latency", "tiers", "storage"}) {
    document[key] = result.at(key);
  }
  document["load_factor"] = scenario.population.load_factor;
  document["unstable"] = nlohmann::ordered_json::array();
  for (const planner::Unstable& tier : plan.unstable) {
    nlohmann::ordered_json one{{"tier", tier.tier}, {"offered", tier.offered}, {"machines", tier.machines},
                               {"smallest_stable", tier.smallest_stable}, {"within_utilisation", tier.within_utilisation},
                               {"at_peak", tier.at_peak}};
    for (const planner::StationLoad& load : tier.by_cause) one["by_cause"][load.step] = load.utilisation;
    document["unstable"].push_back(std::move(one));
  }
  for (const planner::Visits& visits : plan.visits) document["visits"][visits.tier][visits.step] = visits.per_message;
  document["fleet"] = fleet_json(plan.fleet);
  document["doubled"] = fleet_json(plan.doubled);
  document["out_of_reach"] = nlohmann::ordered_json::array();
  for (const planner::OutOfReach& way : plan.fleet.out_of_reach) {
    document["out_of_reach"].push_back({{"way", way.way}, {"budget_s", way.budget.value()}, {"at_best_s", way.at_best.value()}});
  }
  document["cost"] = cost_json(plan.cost_of_fleet);
  document["cost_of_scenario"] = cost_json(plan.cost_of_scenario);
  document["single_points"] = nlohmann::ordered_json::array();
  for (const planner::SinglePoint& point : plan.single_points) {
    document["single_points"].push_back({{"what", point.what}, {"takes", point.takes}, {"hosts_share", point.hosts_share}});
  }
  for (const planner::Bisection& cut : plan.bisections) {
    document["bisection"][cut.between] = {{"bytes_per_s", cut.bandwidth.value()}, {"hosts_bytes_per_s", cut.hosts.value()},
                                          {"oversubscription", cut.oversubscription()}};
  }
  document["not_modelled"] = nlohmann::ordered_json::array();
  for (const planner::NotModelled& one : plan.not_modelled) {
    document["not_modelled"].push_back({{"path", one.path}, {"effect", one.effect}});
  }
  for (const planner::Approximation& one : plan.approximations) {
    document["approximations"].push_back({{"what", one.what}, {"error", one.error}});
  }
  return document;
}

}  // namespace chatsim::cli
