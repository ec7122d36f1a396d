#include "scenarios/loader/schema.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>

#include "scenarios/spec/field_tree.hpp"

using namespace chatsim;
using namespace chatsim::loader;

namespace {

/// Whether the part of a field's schema that is about strings takes the text.
bool takes(const nlohmann::ordered_json& field, const std::string& text) {
  if (field.contains("anyOf")) return takes(field["anyOf"][1], text);
  return std::regex_search(text, std::regex(field["pattern"].get<std::string>()));
}

}  // namespace

TEST_CASE("The schema closes every section and describes every field") {
  const auto root = schema();
  CHECK(root["properties"].contains("extends"));
  spec::for_each_leaf(spec::scenario_fields(), [&](const spec::FieldNode& field) {
    INFO(field.path);
    const auto* node = &root;
    std::string rest = field.path;
    while (true) {
      CHECK((*node)["additionalProperties"] == false);
      const auto dot = rest.find('.');
      node = &(*node)["properties"][rest.substr(0, dot)];
      if (dot == std::string::npos) break;
      rest = rest.substr(dot + 1);
    }
    CHECK(node->contains("default"));
    CHECK((*node)["description"].get<std::string>().starts_with(field.doc));
    // What the dump writes, an editor accepts.
    const std::string text = field.text(spec::Scenario{});
    if (node->contains("pattern") || node->contains("anyOf")) CHECK(takes(*node, text));
  });
}

TEST_CASE("Patterns know units, bounds and choices") {
  const auto root = schema();
  const auto& link = root["properties"]["datacenter"]["properties"]["host_link"]["properties"];
  CHECK(takes(link["bandwidth"], "25Gbit/s"));
  CHECK(takes(link["bandwidth"], "3.125 GB/s"));
  CHECK_FALSE(takes(link["bandwidth"], "25"));
  CHECK_FALSE(takes(link["bandwidth"], "25Gbps"));
  const auto& gateway = root["properties"]["services"]["properties"]["gateway"]["properties"];
  CHECK(
      gateway["machines"].dump() ==
      R"({"anyOf":[{"type":"integer","minimum":1,"maximum":10000000},{"type":"string","pattern":"^\\s*(-?([0-9]+(_[0-9]+)*(\\.([0-9]+)?)?|\\.[0-9]+)([eE][+-]?[0-9]+)?)\\s*$"}],"description":"machines in this tier; each takes one host; at least 1, at most 1e7","default":40000})");
  CHECK(takes(gateway["machines"], "50_000"));
  CHECK(takes(gateway["service_time"], "mixture(0.9 pareto(x_min=0.2ms, alpha=10), 0.1 exponential(0.6ms))"));
  CHECK_FALSE(takes(gateway["service_time"], "10"));
  CHECK(takes(root["properties"]["population"]["properties"]["online"], "32%"));
  const auto& published = root["properties"]["published"]["properties"]["figures"]["properties"];
  const auto& storage = published["message_storage"]["properties"]["value"];
  CHECK(storage["default"] == "none");
  CHECK(takes(storage, "none"));
  CHECK(takes(storage, "1.2EB"));
  CHECK_FALSE(takes(storage, "1.2"));
  CHECK(takes(published["message_disks"]["properties"]["value"], "none"));
  CHECK(root["properties"]["stores"]["properties"]["group"]["properties"]["spread"]["enum"].dump() ==
        R"(["host","rack","pod","datacenter"])");
}
