#include "scenarios/spec/similar.hpp"

#include <algorithm>
#include <numeric>

namespace chatsim::spec {
namespace {

constexpr std::size_t names_max = 3;
constexpr std::size_t longest = 80;

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

std::vector<std::string> similar_to(std::string_view word, const std::vector<std::string>& candidates) {
  std::vector<std::string> closest;
  if (word.size() > longest) return closest;
  std::size_t least = std::string_view::npos;
  for (const std::string& candidate : candidates) {
    const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
    const std::size_t allowed = std::min(least, std::max<std::size_t>(1, shorter / 3));
    // Each character that one has more is an edit: most names of a long list are told apart by that.
    if (longer - shorter > allowed) continue;
    const std::size_t distance = edit_distance(word, candidate, allowed);
    if (distance > allowed) continue;
    if (distance < least) closest.clear();
    least = distance;
    closest.push_back(candidate);
  }
  return closest;
}

std::string did_you_mean(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < std::min(names.size(), names_max); ++i) {
    text += (i == 0 ? "'" : " or '") + names[i] + "'";
  }
  return text + "?";
}

}  // namespace chatsim::spec
