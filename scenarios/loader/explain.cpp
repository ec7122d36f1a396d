#include "scenarios/loader/explain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/utf8.hpp"

namespace chatsim::loader {
namespace {

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

/// Of an item of a list there is none.
std::optional<std::string> default_text(const spec::FieldNode& field, const spec::Scenario& defaults) {
  if (field.path.find('[') != std::string::npos) return std::nullopt;
  return field.text(defaults);
}

bool is_option(const Position& position) {
  return position.file == set_option || position.file == seed_option || position.file == slice_option;
}

}  // namespace

std::string explain(const spec::Scenario& scenario, const Provenance& provenance) {
  const spec::Scenario defaults;
  std::string lines;
  spec::for_each_leaf(spec::scenario_fields(), scenario, [&](const spec::FieldNode& field) {
    const std::string value = one_line(field.text(scenario));
    lines += field.path + ":" + (value.empty() ? "" : " ") + value + "    # ";
    const auto position = provenance.find(field.path);
    if (!position) {
      lines += "default\n";
      return;
    }
    lines += is_option(*position) ? position->file : to_text(*position);
    const std::optional<std::string> default_value = default_text(field, defaults);
    lines += !default_value ? "\n" : " (default " + (default_value->empty() ? "empty" : one_line(*default_value)) + ")\n";
  });
  return lines;
}

nlohmann::ordered_json explain_json(const spec::Scenario& scenario, const Provenance& provenance) {
  const spec::Scenario defaults;
  auto rows = nlohmann::ordered_json::array();
  spec::for_each_leaf(spec::scenario_fields(), scenario, [&](const spec::FieldNode& field) {
    nlohmann::ordered_json row{{"path", field.path}, {"value", field.text(scenario)}, {"default", nullptr}};
    if (const auto text = default_text(field, defaults)) row["default"] = *text;
    const auto position = provenance.find(field.path);
    if (!position) {
      row["origin"] = {{"kind", "default"}};
    } else if (is_option(*position)) {
      row["origin"] = {{"kind", position->file}};
      if (position->line > 0) row["origin"]["number"] = position->line;
    } else {
      row["origin"] = {
          {"kind", "file"},
          {"file", spec::well_formed(position->file)},
          {"line", position->line},
          {"column", position->column}};
    }
    rows.push_back(std::move(row));
  });
  return rows;
}

}  // namespace chatsim::loader
