#include "scenarios/loader/suggestion.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace chatsim::loader {
namespace {

constexpr std::size_t names_max = 3;

bool similar(std::string_view unknown, std::string_view known) {
  constexpr std::size_t longest = 80;
  if (unknown.size() > longest) return false;
  const auto [shorter, longer] = std::minmax({unknown.size(), known.size()});
  const std::size_t most = std::max<std::size_t>(1, shorter / 3);
  // Each character that one has more is an edit: most names of a long list are told apart by that.
  return longer - shorter <= most && edit_distance(unknown, known, most) <= most;
}

/// Calls use for every field and section below the node.
template <class Use>
void for_each_node(const spec::FieldNode& node, const Use& use) {
  for (const spec::FieldNode& child : node.children) {
    use(child);
    for_each_node(child, use);
  }
}

std::string did_you_mean(const std::vector<std::string>& names) {
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < std::min(names.size(), names_max); ++i) {
    text += (i == 0 ? "'" : " or '") + names[i] + "'";
  }
  return text + "?";
}

void keep_closest(std::vector<std::string>& names, std::string_view unknown) {
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(unknown, a) < edit_distance(unknown, b);
  });
  const auto closest = edit_distance(unknown, names.front());
  std::erase_if(names, [&](const std::string& name) { return edit_distance(unknown, name) > closest; });
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to, std::size_t most) {
  // Optimal string alignment, three rows of the table at a time.
  std::size_t last_least = 0;
  std::vector<std::size_t> before_last(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool equal = from[i - 1] == to[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0 : 1)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    // A row is made of the two before it: once all of both is more, the rest is.
    const std::size_t least = *std::min_element(row.begin(), row.end());
    if (least > most && last_least > most) return std::min(least, last_least);
    last_least = least;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

std::string suggest_key(std::string_view unknown, const spec::FieldNode& section) {
  std::vector<std::string> names;
  for (const spec::FieldNode& child : section.children) {
    if (similar(unknown, child.name)) names.push_back(child.name);
  }
  if (!names.empty()) {
    keep_closest(names, unknown);
    return did_you_mean(names);
  }
  for_each_node(spec::scenario_fields(), [&](const spec::FieldNode& node) {
    if (node.name == unknown) names.push_back(node.path);
  });
  if (!names.empty()) return did_you_mean(names);
  std::string allowed;
  for (const spec::FieldNode& child : section.children) allowed += (allowed.empty() ? "" : ", ") + child.name;
  return "; allowed here are " + allowed;
}

std::string suggest_path(std::string_view unknown) {
  std::vector<std::string> names;
  for_each_node(spec::scenario_fields(), [&](const spec::FieldNode& node) {
    if (similar(unknown, node.path)) names.push_back(node.path);
  });
  if (!names.empty()) {
    keep_closest(names, unknown);
    return did_you_mean(names);
  }
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
