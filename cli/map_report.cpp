#include "cli/map_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using planner::Fate;
using planner::MapBoundary;

std::size_t variants_of(const MapAxes& axes) { return axes.variant ? axes.variant->values.size() : 1; }

char letter_of(Fate fate) { return fate == Fate::recovers ? '.' : fate == Fate::stays_down ? '#' : '?'; }

std::string load_text(const std::optional<double>& load) { return load ? format_number(*load, 3) : ""; }

}  // namespace

std::string map_report(const MapAxes& axes, const planner::RecoveryMap& map, const Paint& paint) {
  using Align = Table::Align;
  std::string text =
      paint(Ink::strong, axes.scenario + ": does it recover? . recovers, # stays down, ? some runs do and some do not") + "\n";
  for (std::size_t variant = 0; variant < variants_of(axes); ++variant) {
    const std::string title = axes.variant ? fmt::format("{} = {}", axes.variant->path, axes.variant->values[variant]) : "";
    const std::string range = fmt::format("{}\n{} to {}", axes.load.path, format_number(axes.loads.front()),
                                          format_number(axes.loads.back()));
    Table table(title, {{axes.trigger.path}, {range, Align::left}, {"recovers\nup to"}, {"stays down\nfrom"}});
    for (std::size_t trigger = axes.trigger.values.size(); trigger-- > 0;) {
      const MapBoundary& boundary = map.boundary(trigger, variant);
      std::string picture;
      for (const double load : axes.loads) picture += letter_of(boundary.at(load));
      table.add_row({axes.trigger.values[trigger], picture, load_text(boundary.recovers_at),
                     load_text(boundary.stays_down_at)});
    }
    text += "\n" + table.render(paint);
  }
  return text + fmt::format("\n{} loads were simulated\n", map.probes);
}

nlohmann::ordered_json map_json(const MapAxes& axes, const planner::RecoveryMap& map) {
  nlohmann::ordered_json json{{"version", CHATSIM_VERSION},
                              {"scenario", axes.scenario},
                              {"load", axes.load.path},
                              {"loads", axes.loads},
                              {"trigger", axes.trigger.path},
                              {"triggers", axes.trigger.values}};
  if (axes.variant) {
    json["variant"] = axes.variant->path;
    json["variants"] = axes.variant->values;
  }
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  json["boundaries"] = nlohmann::ordered_json::array();
  for (const MapBoundary& boundary : map.boundaries) {
    nlohmann::ordered_json row{{"trigger", axes.trigger.values[boundary.trigger]}};
    if (axes.variant) row["variant"] = axes.variant->values[boundary.variant];
    row["recovers_at"] = number(boundary.recovers_at);
    row["stays_down_at"] = number(boundary.stays_down_at);
    row["fates"] = nlohmann::ordered_json::array();
    for (const double load : axes.loads) row["fates"].push_back(name_of(boundary.at(load)));
    json["boundaries"].push_back(std::move(row));
  }
  json["probes"] = map.probes;
  return json;
}

std::string map_csv(const MapAxes& axes, const planner::RecoveryMap& map) {
  std::string text = "variant,trigger,load,fate\n";
  for (const MapBoundary& boundary : map.boundaries) {
    for (const double load : axes.loads) {
      text += fmt::format("{},{},{},{}\n", axes.variant ? axes.variant->values[boundary.variant] : "",
                          axes.trigger.values[boundary.trigger], load, name_of(boundary.at(load)));
    }
  }
  return text;
}

}  // namespace chatsim::cli
