#pragma once

#include <string>
#include <vector>

#include "tests/dice.hpp"

namespace chatsim::fuzz {

/// Changes a text in one to four places: bytes, words, numbers, and lines with their indentation. Of the same text, words
/// and dice it always makes the same.
void mutate(std::string& text, const std::vector<std::string>& words, tests::Dice& dice);

/// The beginning of one text and the end of another, cut between lines.
std::string spliced(const std::string& text, const std::string& other, tests::Dice& dice);

}  // namespace chatsim::fuzz
