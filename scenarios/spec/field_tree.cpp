#include "scenarios/spec/field_tree.hpp"

#include <charconv>
#include <map>
#include <memory>

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
void add_children(FieldNode& parent, const Reach<Owner>& reach);

/// Nodes of items are made when they are asked for, and stay.
template <class Owner, class Member>
void describe_list(FieldNode& node, const Reach<Owner>& reach, Member member) {
  using Items = std::remove_cvref_t<decltype(std::declval<const Owner&>().*member)>;
  using Item = typename Items::value_type;
  node.kind = FieldKind::list;
  node.size = [reach, member](const Scenario& scenario) { return (reach(scenario).*member).size(); };
  node.resize = [reach, member](Scenario& scenario, std::size_t size) {
    (const_cast<Owner&>(reach(scenario)).*member).resize(size);
  };
  const auto items = std::make_shared<std::map<std::size_t, FieldNode>>();
  node.item = [items, reach, member, path = node.path, doc = node.doc](std::size_t index) -> const FieldNode& {
    if (const auto found = items->find(index); found != items->end()) return found->second;
    FieldNode& item = (*items)[index];
    item.name = fmt::format("[{}]", index);
    item.path = path + item.name;
    item.doc = doc;
    add_children<Item>(item, [reach, member, index](const Scenario& scenario) -> const Item& {
      return (reach(scenario).*member)[index];
    });
    return item;
  };
  FieldNode any_item;
  any_item.path = node.path + "[]";
  add_children<Item>(any_item, [](const Scenario&) -> const Item& {
    static const Item defaults;
    return defaults;
  });
  node.children = std::move(any_item.children);
  for (FieldNode& child : node.children) child.set = nullptr;
}

template <class Owner>
void add_children(FieldNode& parent, const Reach<Owner>& reach) {
  Owner::fields([&](const char* name, auto member, auto constraint, const char* doc) {
    using Value = std::remove_cvref_t<decltype(std::declval<const Owner&>().*member)>;
    FieldNode node;
    node.name = name;
    node.path = parent.path.empty() ? node.name : parent.path + "." + name;
    node.doc = doc;
    if constexpr (std::is_same_v<decltype(constraint), List>) {
      describe_list<Owner>(node, reach, member);
    } else if constexpr (std::is_same_v<decltype(constraint), Section>) {
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

namespace {

/// "timetable[3]" as its item.
const FieldNode* find_item(const FieldNode& section, std::string_view part) {
  const auto bracket = part.find('[');
  if (bracket == std::string_view::npos) return section.find_child(part);
  const FieldNode* list = section.find_child(part.substr(0, bracket));
  if (list == nullptr || list->kind != FieldKind::list || part.back() != ']') return nullptr;
  const std::string_view digits = part.substr(bracket + 1, part.size() - bracket - 2);
  std::size_t index = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool is_number = code == std::errc() && end == digits.data() + digits.size() && !digits.empty();
  return is_number && index < FieldNode::items_max ? &list->item(index) : nullptr;
}

}  // namespace

const FieldNode* find_field(std::string_view path) {
  const FieldNode* node = &scenario_fields();
  while (node != nullptr) {
    const auto dot = path.find('.');
    node = node->kind == FieldKind::section ? find_item(*node, path.substr(0, dot)) : nullptr;
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return node;
}

const FieldNode* find_field(std::string_view path, const Scenario& scenario) {
  const auto bracket = path.find('[');
  if (bracket == std::string_view::npos) return find_field(path);
  const FieldNode* list = find_field(path.substr(0, bracket));
  if (list == nullptr || list->kind != FieldKind::list) return nullptr;
  const std::string_view item = path.substr(0, path.find('.', bracket));
  for (std::size_t i = 0; i < list->size(scenario); ++i) {
    if (list->item(i).path == item) return find_field(path);
  }
  return nullptr;
}

void for_each_leaf(const FieldNode& node, const std::function<void(const FieldNode&)>& use) {
  if (node.kind == FieldKind::list) return;
  if (node.kind != FieldKind::section) return use(node);
  for (const FieldNode& child : node.children) for_each_leaf(child, use);
}

void for_each_leaf(const FieldNode& node, const Scenario& scenario, const std::function<void(const FieldNode&)>& use) {
  if (node.kind == FieldKind::list) {
    for (std::size_t i = 0; i < node.size(scenario); ++i) for_each_leaf(node.item(i), scenario, use);
  } else if (node.kind == FieldKind::section) {
    for (const FieldNode& child : node.children) for_each_leaf(child, scenario, use);
  } else {
    use(node);
  }
}

}  // namespace chatsim::spec
