#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatsim::cli {

/// The candidate that `word` was probably meant to be: at most a third of its letters mistyped, left out, put
/// in or swapped with their neighbour.
std::optional<std::string> find_similar(std::string_view word, const std::vector<std::string>& candidates);

/// ", did you mean run?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace chatsim::cli
