#include "scenarios/loader/schema.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::loader {
namespace {

using Json = nlohmann::ordered_json;
using spec::FieldKind;
using spec::FieldNode;

const std::string digits = "[0-9]+(_[0-9]+)*";
const std::string number = "-?(" + digits + "(\\.([0-9]+)?)?|\\.[0-9]+)([eE][+-]?[0-9]+)?";
const std::string distribution = "(constant|exponential|lognormal|pareto|empirical|mixture)\\s*\\(.*\\)";

Json string_like(const std::string& pattern) {
  return {{"type", "string"}, {"pattern", "^\\s*(" + pattern + ")\\s*$"}};
}

std::string units_pattern(const std::vector<std::string_view>& units) {
  std::string pattern;
  for (const std::string_view unit : units) pattern += (pattern.empty() ? "" : "|") + std::string(unit);
  return number + "\\s*(" + pattern + ")";
}

template <class Quantity>
std::vector<std::string_view> unit_names() {
  std::vector<std::string_view> names;
  for (const spec::UnitName& unit : spec::units<Quantity>()) names.push_back(unit.text);
  return names;
}

/// Integers without a decimal point.
Json json_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

/// 2e9 and 40000 are numbers to an editor, 50_000 is a string.
Json number_like(const char* type, const FieldNode& field, const std::string& pattern) {
  Json numeric{{"type", type}};
  if (std::isfinite(field.bounds.min))
    numeric[field.bounds.min_excluded ? "exclusiveMinimum" : "minimum"] = json_number(field.bounds.min);
  if (std::isfinite(field.bounds.max)) numeric["maximum"] = json_number(field.bounds.max);
  return {{"anyOf", {numeric, string_like(pattern)}}};
}

/// What an optional value may be besides.
std::string or_none(const FieldNode& field, const std::string& pattern) {
  return field.optional ? "none|" + pattern : pattern;
}

Json type_of(const FieldNode& field) {
  switch (field.kind) {
    case FieldKind::text:
      return {{"type", {"string", "number", "boolean"}}};
    case FieldKind::whole_number:
      return number_like("integer", field, number);
    case FieldKind::number:
      return number_like("number", field, or_none(field, number));
    case FieldKind::probability:
      return number_like("number", field, or_none(field, number + "\\s*%?"));
    case FieldKind::quantity:
      return string_like(or_none(field, units_pattern(field.units)));
    case FieldKind::choice:
      return {{"enum", field.choices}};
    case FieldKind::distribution: {
      if (field.samples == spec::Samples::durations)
        return string_like(units_pattern(unit_names<spec::Seconds>()) + "|" + distribution);
      if (field.samples == spec::Samples::sizes)
        return string_like(units_pattern(unit_names<spec::Bytes>()) + "|" + distribution);
      return {
          {"anyOf", {Json{{"type", "number"}, {"minimum", 0}}, string_like(number + "|" + distribution)}}};
    }
    case FieldKind::section:
    case FieldKind::list:
      break;
  }
  return {};
}

Json default_of(const FieldNode& field, const std::string& text) {
  if (field.kind != FieldKind::whole_number && field.kind != FieldKind::number &&
      field.kind != FieldKind::probability) {
    return text;
  }
  std::string ignored;
  const auto value = spec::parse_number(text, ignored);
  return value ? json_number(*value) : Json(text);  // "none"
}

Json schema_of(const FieldNode& node, const spec::Scenario& defaults) {
  if (node.kind == FieldKind::list) {
    Json item{{"type", "object"}, {"additionalProperties", false}};
    for (const FieldNode& child : node.children) item["properties"][child.name] = schema_of(child, defaults);
    return {{"type", "array"}, {"items", item}, {"description", node.doc}, {"maxItems", FieldNode::items_max}};
  }
  if (node.kind != FieldKind::section) {
    Json field = type_of(node);
    field["description"] = node.doc + (node.bounds_text.empty() ? "" : "; " + node.bounds_text);
    field["default"] = default_of(node, node.text(defaults));
    return field;
  }
  Json section{{"type", "object"}, {"additionalProperties", false}};
  if (!node.doc.empty()) section["description"] = node.doc;
  for (const FieldNode& child : node.children) section["properties"][child.name] = schema_of(child, defaults);
  return section;
}

}  // namespace

nlohmann::ordered_json schema() {
  Json result{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "chatsim scenario"}};
  result.update(schema_of(spec::scenario_fields(), spec::Scenario{}));
  const Json path{{"type", "string"}, {"minLength", 1}};
  result["properties"]["extends"] = {
      {"anyOf", {path, Json{{"type", "array"}, {"items", path}, {"minItems", 1}}}},
      {"description",
       "a scenario to start from, or several of which the later override the earlier; paths relative to this "
       "file"}};
  return result;
}

}  // namespace chatsim::loader
