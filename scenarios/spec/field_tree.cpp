#include "scenarios/spec/field_tree.hpp"

#include "scenarios/spec/field_value.hpp"

namespace chatsim::spec {
namespace {

template <class Owner>
using Reach = std::function<const Owner&(const Scenario&)>;

template <class T>
void describe(FieldNode& node, const Bounds& bounds) {
  node.bounds = bounds;
  if constexpr (is_optional<T>) {
    node.optional = true;
    describe<typename T::value_type>(node, bounds);
  } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, double>) {
    node.kind = std::is_integral_v<T> ? FieldKind::whole_number : FieldKind::number;
    node.bounds_text = bounds_text<double>(bounds);
  } else {
    node.bounds_text = bounds_text<T>(bounds);
    if constexpr (std::is_same_v<T, Probability>) {
      node.kind = FieldKind::probability;
    } else {
      node.kind = FieldKind::quantity;
      for (const UnitName& unit : units<T>()) node.units.push_back(unit.text);
    }
  }
}

template <class T>
void describe(FieldNode& node, Samples samples) {
  node.kind = FieldKind::distribution;
  node.samples = samples;
}

template <class T>
void describe(FieldNode& node, Text) {
  node.kind = FieldKind::text;
}

template <class T>
void describe(FieldNode& node, Choice) {
  node.kind = FieldKind::choice;
  node.choices.assign(EnumNames<T>::names.begin(), EnumNames<T>::names.end());
}

template <class Owner>
void add_children(FieldNode& parent, const Reach<Owner>& reach) {
  Owner::fields([&](const char* name, auto member, auto constraint, const char* doc) {
    using Value = std::remove_cvref_t<decltype(std::declval<const Owner&>().*member)>;
    FieldNode node;
    node.name = name;
    node.path = parent.path.empty() ? node.name : parent.path + "." + name;
    node.doc = doc;
    if constexpr (std::is_same_v<decltype(constraint), Section>) {
      add_children<Value>(node,
                          [reach, member](const Scenario& s) -> const Value& { return reach(s).*member; });
    } else {
      describe<Value>(node, constraint);
      node.set = [reach, member, constraint](Scenario& scenario, std::string_view text) {
        // `reach` is kept for const scenarios only; this one is not const.
        return read_value(text, const_cast<Owner&>(reach(scenario)).*member, constraint);
      };
      node.text = [reach, member, constraint](const Scenario& scenario) {
        return write_value(reach(scenario).*member, constraint);
      };
    }
    parent.children.push_back(std::move(node));
  });
}

}  // namespace

const FieldNode* FieldNode::find_child(std::string_view child) const {
  for (const FieldNode& node : children) {
    if (node.name == child) return &node;
  }
  return nullptr;
}

const FieldNode& scenario_fields() {
  static const FieldNode root = [] {
    FieldNode node;
    add_children<Scenario>(node, [](const Scenario& scenario) -> const Scenario& { return scenario; });
    return node;
  }();
  return root;
}

const FieldNode* find_field(std::string_view path) {
  const FieldNode* node = &scenario_fields();
  while (node != nullptr) {
    const auto dot = path.find('.');
    node = node->find_child(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return node;
}

void for_each_leaf(const FieldNode& node, const std::function<void(const FieldNode&)>& use) {
  if (node.kind != FieldKind::section) return use(node);
  for (const FieldNode& child : node.children) for_each_leaf(child, use);
}

}  // namespace chatsim::spec
