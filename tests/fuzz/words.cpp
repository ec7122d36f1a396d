#include "tests/fuzz/words.hpp"

#include <set>

#include "scenarios/spec/faults.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::fuzz {
namespace {

using spec::FieldKind;
using spec::FieldNode;
using Words = std::set<std::string>;

void add_fields(const FieldNode& node, Words& words) {
  if (!node.name.empty()) words.insert(node.name);
  for (const auto& list : {node.units, node.choices}) words.insert(list.begin(), list.end());
  if (node.set) words.insert(node.text(spec::Scenario{}));
  for (const FieldNode& child : node.children) add_fields(child, words);
}

void add_paths(const FieldNode& node, Words& words) {
  if (!node.path.empty()) words.insert(node.path);
  if (node.kind == FieldKind::list) return add_paths(node.item(0), words);
  for (const FieldNode& child : node.children) add_paths(child, words);
}

std::vector<std::string> listed(const Words& words) { return {words.begin(), words.end()}; }

}  // namespace

std::vector<std::string> scenario_words() {
  Words words;
  add_fields(spec::scenario_fields(), words);
  for (const auto& more : {quantity_words(), fault_words()}) words.insert(more.begin(), more.end());
  words.merge(Words{"extends", "b.yaml", "c.yaml", "trace.csv", "60% 40%"});
  return listed(words);
}

std::vector<std::string> field_paths() {
  Words words;
  add_paths(spec::scenario_fields(), words);
  return listed(words);
}

std::vector<std::string> quantity_words() {
  Words words{"10ms",    "1.5GB",     "25Gbit/s", "3/s",      "7USD",  "constant(1ms)",       "exponential(",
              "mean=1ms", "sigma=0.5)", "p99=9ms", "x_min=1ms", "pareto(", "empirical(1ms, 2ms)", "alpha=2)",
              "0.5 ",     "lognormal(median=1ms, ", "mixture(0.5 1ms, 0.5 "};
  const auto add = [&](std::span<const spec::UnitName> units) {
    for (const spec::UnitName& unit : units) words.emplace(unit.text);
  };
  add(spec::units<spec::Seconds>());
  add(spec::units<spec::Bytes>());
  add(spec::units<spec::BytesPerSecond>());
  add(spec::units<spec::PerSecond>());
  add(spec::units<spec::Usd>());
  return listed(words);
}

std::vector<std::string> fault_words() {
  Words words{"gateway", "messaging", "profile", "blob",   "message_store", "conversation_store", "group_store",
              "rack 0",  "pod 0",     "power 0", "region", "datacenter 0",  "replicas message 1", "profile_store",
              "25%",     "0-3",       "coordination"};
  for (const std::string_view kind : spec::EnumNames<spec::FaultKind>::names) words.emplace(kind);
  return listed(words);
}

}  // namespace chatsim::fuzz
