#include "cli/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/spec/similar.hpp"

namespace chatsim::cli {

std::optional<std::string> find_similar(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t candidate_distance = spec::edit_distance(word, candidate);
    if (candidate_distance < best_distance) {
      best = &candidate;
      best_distance = candidate_distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional<std::string>(*best);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto similar = find_similar(word, candidates);
  return similar ? fmt::format(", did you mean {}?", *similar) : "";
}

}  // namespace chatsim::cli
