#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::spec {

enum class FieldKind { section, list, text, whole_number, number, quantity, probability, choice, distribution };

/// A field of the scenario without its C++ type: what a reader, a writer or a reference page needs. Built
/// from the field lists, and the only code that instantiates them for every type.
struct FieldNode {
  std::string name;
  std::string path;  ///< For example "services.gateway.machines"; empty for the scenario itself.
  std::string doc;
  FieldKind kind = FieldKind::section;
  bool optional = false;            ///< May be "none".
  std::vector<FieldNode> children;  ///< Of a section, in the order of its list; of a list, the fields of one item.

  Bounds bounds;                          ///< Of whole_number, number, quantity, probability.
  std::string bounds_text;                ///< "at least 1ms, at most 1000s"; empty when unbounded.
  std::vector<std::string_view> units;    ///< Of quantity.
  std::vector<std::string_view> choices;  ///< Of choice.
  Samples samples = Samples::durations;   ///< Of distribution.

  // Of a list.
  std::function<std::size_t(const Scenario&)> size;
  std::function<void(Scenario&, std::size_t)> resize;
  /// The section of one item, with path "faults.timetable[3]". \param index below items_max.
  std::function<const FieldNode&(std::size_t index)> item;
  static constexpr std::size_t items_max = 10'000;

  // Not for sections and lists, nor for the children of a list, which belong to no item.
  /// Sets the field from what a user wrote. Returns what is wrong and what is allowed, and then changes
  /// nothing.
  std::function<std::optional<std::string>(Scenario&, std::string_view)> set;
  /// The text that `set` reads back as the same value.
  std::function<std::string(const Scenario&)> text;

  const FieldNode* find_child(std::string_view child) const;
};

/// The scenario as a tree, built at the first call.
const FieldNode& scenario_fields();

/// By dotted path; null when there is no such field or section. "faults.timetable[3].at" is a field of any item that there
/// may be, whether or not a scenario has it.
const FieldNode* find_field(std::string_view path);
/// The same where the scenario has it: of a list, only of items that there are.
const FieldNode* find_field(std::string_view path, const Scenario& scenario);

/// Every field that is neither a section nor in a list, in order.
void for_each_leaf(const FieldNode& node, const std::function<void(const FieldNode&)>& use);
/// Every field that is not a section, in order, those of the scenario's lists among them.
void for_each_leaf(const FieldNode& node, const Scenario& scenario, const std::function<void(const FieldNode&)>& use);

}  // namespace chatsim::spec
