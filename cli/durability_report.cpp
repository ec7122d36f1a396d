#include "cli/durability_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/interval_text.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

/// What may be as rare as one in 10^20.
std::string rare(double number) {
  if (number == 0) return "0";
  return number < 1e-3 || number >= 1e6 ? fmt::format("{:.1e}", number) : format_number(number);
}

std::string chance(double probability) {
  return probability == 0 || probability >= 1e-4 ? format_percent(probability) : fmt::format("{:.1e}", probability);
}

std::string long_time(spec::Seconds time) {
  if (std::isinf(time.value())) return "never";
  const double years = time / planner::year;
  return years < 1 ? format_duration(time) : rare(years) + " years";
}

std::string nines(double nines) { return std::isinf(nines) ? "" : fmt::format("{:.1f}", nines); }

std::string placement(const planner::ReplicatedTable& table) {
  switch (table.scattering) {
    case planner::Scattering::ring:
      return fmt::format("ring, {} points", table.virtual_nodes);
    case planner::Scattering::copysets:
      return fmt::format("copysets, width {}", table.scatter_width);
    case planner::Scattering::random:
      break;
  }
  return "random chunks";
}

std::string tables_table(const DurabilityQuestion& question, const std::vector<DurabilityFindings>& tables,
                         const Paint& paint) {
  Table table("Tables", {{"", Align::left},
                         {"machines"},
                         {"rows"},
                         {"placement", Align::left},
                         {"replicas"},
                         {"sets"},
                         {"scatter\nwidth"},
                         {"on one\nmachine"},
                         {"machine\nrepaired in"},
                         {"set loses\nall after"}});
  for (const DurabilityFindings& one : tables) {
    const planner::TableDurability& found = one.durability;
    table.add_row(
        {one.table.name, format_count(static_cast<std::uint64_t>(one.table.machines)), rare(one.table.rows),
         placement(one.table), std::to_string(one.table.replication),
         format_count(static_cast<std::uint64_t>(std::llround(found.sets))), format_number(found.scatter_width),
         format_bytes(one.table.data_of_machine()), long_time(found.repair), long_time(found.set_to_loss)},
        std::isinf(found.repair.value()) ? Ink::alarm : Ink::plain);
  }
  const spec::Seconds time = question.years * planner::year;
  Table losses(fmt::format("Chance that any row is lost within {} {}, and rows lost in the mean",
                           format_number(question.years), question.years == 1 ? "year" : "years"),
               {{"", Align::left},
                {"by single\nfailures"},
                {"by power\noutages"},
                {"in all"},
                {"rows lost"},
                {"nines of a\nrow a year"}});
  for (const DurabilityFindings& one : tables) {
    const planner::TableDurability& found = one.durability;
    losses.add_row({one.table.name, chance(found.lost_by_failures(time).value()),
                    chance(found.lost_by_outages(time).value()), chance(found.lost(time).value()),
                    rare(found.rows_lost(one.table.rows, time)), nines(found.nines())});
  }
  return table.render(paint) + "\n" + losses.render(paint);
}

std::string simulated_table(const std::vector<DurabilityFindings>& tables, const Paint& paint) {
  Table table("Machines that fail more often, so that losses are seen: losses of one set a year",
              {{"", Align::left},
               {"failures\nx"},
               {"machine\nis empty"},
               {"losses\nseen"},
               {"sets lost\nat a time"},
               {"simulated", Align::left},
               {"by\nformula"},
               {"formula /\nsimulated"},
               {"", Align::left}});
  for (const DurabilityFindings& one : tables) {
    std::string name = one.table.name;
    for (const planner::AcceleratedLoss& loss : one.accelerated) {
      if (!loss.simulated_per_set_year) continue;
      const spec::Interval& seen = *loss.simulated_per_set_year;
      table.add_row({std::exchange(name, ""), format_number(loss.factor), format_percent(loss.unavailability.value()),
                     format_count(loss.losses),
                     format_number(static_cast<double>(loss.losses) /
                                   static_cast<double>(std::max<std::uint64_t>(1, loss.times))),
                     fmt::format("{:.3g} +- {:.2g}", seen.mean, seen.half_width),
                     fmt::format("{:.3g}", loss.per_set_year), fmt::format("{:.3f}", loss.per_set_year / seen.mean),
                     loss.agrees() ? "within" : "outside"});
    }
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string alternatives_table(const DurabilityQuestion& question, const DurabilityFindings& one, const Paint& paint) {
  const spec::Seconds time = question.years * planner::year;
  Table table(fmt::format("What buys a nine: {}", one.table.name), {{"", Align::left},
                                                                    {"sets"},
                                                                    {"machine\nrepaired in"},
                                                                    {"any row lost\nby failures"},
                                                                    {"by\noutages"},
                                                                    {"in all"},
                                                                    {"rows lost"},
                                                                    {"nines of\na row"},
                                                                    {"more"}});
  const auto add = [&](const std::string& change, const planner::TableDurability& found, Ink ink) {
    const double more = found.nines() - one.durability.nines();
    table.add_row({change, format_count(static_cast<std::uint64_t>(std::llround(found.sets))), long_time(found.repair),
                   chance(found.lost_by_failures(time).value()), chance(found.lost_by_outages(time).value()),
                   chance(found.lost(time).value()), rare(found.rows_lost(one.table.rows, time)), nines(found.nines()),
                   !std::isfinite(more) || std::abs(more) < 0.05 ? "" : fmt::format("{:+.1f}", more)},
                  ink);
  };
  add("as it is", one.durability, Ink::strong);
  for (const planner::Alternative& alternative : one.alternatives)
    add(alternative.change, planner::durability(alternative.table), Ink::plain);
  return table.render(paint);
}

std::vector<std::string> assumptions(const DurabilityQuestion& question) {
  return {
      fmt::format("a machine loses its data, {}; it is written to again after faults.random.disk.time_to_repair",
                  question.failure_source),
      fmt::format(
          "all machines that hold the same rows copy them at a time, each with {} of its network card, all together "
          "with growth.bandwidth; `run` fills the machine itself, through its own card",
          format_percent(planner::card_share_of_repair)),
      fmt::format("a power outage, {}, keeps {} of the machines for good (Cidon et al., ATC 2013)",
                  question.outage_source, format_percent(planner::lost_in_outage.value())),
      "sets are lost independently of each other; those that share machines are lost together, so that any row is lost "
      "more "
      "seldom and more of them at a time",
      "racks and pods that fail are cut off and lose nothing; bugs, operators and sites that burn are left out"};
}

nlohmann::ordered_json durability_of(const planner::ReplicatedTable& table, spec::Seconds time) {
  const planner::TableDurability found = planner::durability(table);
  return {{"placement", planner::name_of(table.scattering)},
          {"replication", table.replication},
          {"sets", found.sets},
          {"scatter_width", found.scatter_width},
          {"repair_s", found.repair.value()},
          {"set_to_loss_s", found.set_to_loss.value()},
          {"to_loss_s", found.to_loss.value()},
          {"lost_by_failures", found.lost_by_failures(time).value()},
          {"lost_by_outages", found.lost_by_outages(time).value()},
          {"lost", found.lost(time).value()},
          {"rows_lost", found.rows_lost(table.rows, time)},
          {"nines_of_row", found.nines()}};
}

}  // namespace

std::string durability_report(const DurabilityQuestion& question, const std::vector<DurabilityFindings>& tables,
                              const Paint& paint) {
  std::string text =
      fmt::format("{}: whether rows are lost, once the tables hold all that they will\n\n", question.scenario);
  text += tables_table(question, tables, paint) + "\n";
  if (question.simulated) text += simulated_table(tables, paint);
  for (const DurabilityFindings& one : tables) text += alternatives_table(question, one, paint) + "\n";
  text += "What this assumes\n";
  for (const std::string& line : assumptions(question)) text += wrapped("  " + line);
  return text;
}

nlohmann::ordered_json durability_json(const DurabilityQuestion& question,
                                       const std::vector<DurabilityFindings>& tables) {
  const spec::Seconds time = question.years * planner::year;
  nlohmann::ordered_json document{{"scenario", question.scenario}, {"years", question.years}};
  for (const DurabilityFindings& one : tables) {
    nlohmann::ordered_json& into = document["tables"][one.table.name];
    into = {{"machines", one.table.machines},
            {"rows", one.table.rows},
            {"machine_bytes", one.table.data_of_machine().value()},
            {"machine_failures_per_year", one.table.failure * planner::year}};
    into.update(durability_of(one.table, time));
    into["simulated"] = nlohmann::ordered_json::array();
    for (const planner::AcceleratedLoss& loss : one.accelerated) {
      nlohmann::ordered_json row{{"factor", loss.factor},
                                 {"unavailability", loss.unavailability.value()},
                                 {"losses", loss.losses},
                                 {"times", loss.times},
                                 {"per_set_year_by_formula", loss.per_set_year}};
      if (loss.simulated_per_set_year) {
        row["per_set_year"] = loss.simulated_per_set_year->mean;
        row["per_set_year_half_width"] = loss.simulated_per_set_year->half_width;
        row["agrees"] = loss.agrees();
      }
      into["simulated"].push_back(std::move(row));
    }
    into["alternatives"] = nlohmann::ordered_json::array();
    for (const planner::Alternative& alternative : one.alternatives) {
      nlohmann::ordered_json row{{"change", alternative.change}};
      row.update(durability_of(alternative.table, time));
      into["alternatives"].push_back(std::move(row));
    }
  }
  document["assumptions"] = assumptions(question);
  return document;
}

}  // namespace chatsim::cli
