#include "scenarios/loader/suggestion.hpp"

#include <vector>

#include "scenarios/spec/similar.hpp"

namespace chatsim::loader {
namespace {

/// Calls use for every field and section below the node.
template <class Use>
void for_each_node(const spec::FieldNode& node, const Use& use) {
  for (const spec::FieldNode& child : node.children) {
    use(child);
    for_each_node(child, use);
  }
}

}  // namespace

std::string suggest_key(std::string_view unknown, const spec::FieldNode& section) {
  std::vector<std::string> names;
  for (const spec::FieldNode& child : section.children) names.push_back(child.name);
  if (const auto similar = spec::similar_to(unknown, names); !similar.empty()) return spec::did_you_mean(similar);
  names.clear();
  for_each_node(spec::scenario_fields(), [&](const spec::FieldNode& node) {
    if (node.name == unknown) names.push_back(node.path);
  });
  if (!names.empty()) return spec::did_you_mean(names);
  std::string allowed;
  for (const spec::FieldNode& child : section.children) allowed += (allowed.empty() ? "" : ", ") + child.name;
  return "; allowed here are " + allowed;
}

std::string suggest_path(std::string_view unknown) {
  std::vector<std::string> names;
  for_each_node(spec::scenario_fields(), [&](const spec::FieldNode& node) { names.push_back(node.path); });
  if (const auto similar = spec::similar_to(unknown, names); !similar.empty()) return spec::did_you_mean(similar);
  // The deepest section that the path names, and what its key could have been.
  const spec::FieldNode* section = &spec::scenario_fields();
  std::string_view rest = unknown;
  while (true) {
    const auto dot = rest.find('.');
    const spec::FieldNode* child = section->find_child(rest.substr(0, dot));
    if (child == nullptr || child->children.empty() || dot == std::string_view::npos) break;
    section = child;
    rest.remove_prefix(dot + 1);
  }
  return suggest_key(rest.substr(0, rest.find('.')), *section);
}

}  // namespace chatsim::loader
