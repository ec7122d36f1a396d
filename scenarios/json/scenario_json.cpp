#include "scenarios/json/scenario_json.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "scenarios/spec/field_tree.hpp"

namespace chatsim::json {
namespace {

using Json = nlohmann::ordered_json;

/// A number of JSON where that holds the same value, the text otherwise ("10%").
Json number_or_text(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::uint64_t whole = 0;
  if (const auto [stop, status] = std::from_chars(text.data(), end, whole);
      status == std::errc{} && stop == end)
    return whole;
  double real = 0;
  if (const auto [stop, status] = std::from_chars(text.data(), end, real);
      status == std::errc{} && stop == end)
    return real;
  return text;
}

Json written(const spec::FieldNode& field, const spec::Scenario& scenario) {
  switch (field.kind) {
    case spec::FieldKind::section: {
      Json object = Json::object();
      for (const spec::FieldNode& child : field.children) object[child.name] = written(child, scenario);
      return object;
    }
    case spec::FieldKind::list: {
      Json array = Json::array();
      for (std::size_t i = 0; i < field.size(scenario); ++i) array.push_back(written(field.item(i), scenario));
      return array;
    }
    case spec::FieldKind::whole_number:
    case spec::FieldKind::number:
    case spec::FieldKind::probability:
      return number_or_text(field.text(scenario));
    case spec::FieldKind::text:
    case spec::FieldKind::quantity:
    case spec::FieldKind::choice:
    case spec::FieldKind::distribution:
      break;
  }
  return field.text(scenario);
}

}  // namespace

Json to_json(const spec::Scenario& scenario) { return written(spec::scenario_fields(), scenario); }

}  // namespace chatsim::json
