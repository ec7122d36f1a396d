#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatsim::spec {

/// Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other; where they are more than
/// `most`, a number above it.
std::size_t edit_distance(std::string_view from, std::string_view to, std::size_t most = std::string_view::npos);

/// What a word was probably meant to be: of the candidates that differ in no more than a third of the letters, those that
/// are closest, in their order. None for words beyond 80 letters.
std::vector<std::string> similar_to(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'a' or 'b'?", of the first three.
std::string did_you_mean(const std::vector<std::string>& names);

}  // namespace chatsim::spec
