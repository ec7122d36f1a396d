#include "tests/fuzz/mutate.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace chatsim::fuzz {
namespace {

using tests::Dice;

/// What is special to YAML, to numbers or to text as such; ends of what a number holds.
constexpr std::string_view pieces[] = {
    ":", ": ", "{", "}", "[", "]", ",", "&a ", "*a", "#", "?", "? ", "|\n", ">\n", "- ", "-", "<<: ", "=", "!", "!!int ",
    "%", "@", "`", "'", "\"", "\\", "\\x00", "\\ud800", "\n", "\r\n", "\t", "~", "null", "true", "---\n", "...\n", "_", ".",
    "e", "%YAML 1.2\n", "%TAG ! a\n", "\xef\xbb\xbf", "\xc2\x85", "\xe2\x80\xa8", "\xff", "\x7f", "(", ")", "none",
    "extends: b.yaml\n", "0", "-1", "1", "1e9", "1e308", "1e309", "5e-324", "-0", "2147483648", "9223372036854775808",
    "18446744073709551616",
    ".5", "5.", "1_000", "0x10", "nan", "inf", "100%", "1e999%", "0.1", "1e-9"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-'; }

/// A place between characters, the end included.
std::size_t place(const std::string& text, Dice& dice) { return dice.below(text.size() + 1); }

std::size_t begin_of_line(const std::string& text, std::size_t at) {
  const auto newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}
std::size_t end_of_line(const std::string& text, std::size_t at) {
  const auto newline = text.find('\n', at);
  return newline == std::string::npos ? text.size() : newline + 1;
}

void change_byte(std::string& text, Dice& dice) {
  if (text.empty()) return;
  text[dice.below(text.size())] = static_cast<char>(dice.below(256));
}

void insert_piece(std::string& text, Dice& dice) { text.insert(place(text, dice), dice.of(pieces)); }

/// Another word, number or piece where one is, or before it.
void change_word(std::string& text, const std::vector<std::string>& words, Dice& dice) {
  std::size_t begin = place(text, dice);
  while (begin < text.size() && !is_word(text[begin])) ++begin;
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  std::size_t end = begin;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string word(words.empty() || dice.one_in(4) ? std::string(dice.of(pieces)) : dice.of(words));
  text.replace(begin, dice.one_in(4) ? 0 : end - begin, word);
}

void change_digits(std::string& text, Dice& dice) {
  const auto digit = text.find_first_of("0123456789", place(text, dice));
  if (digit == std::string::npos) return;
  const auto end = text.find_first_not_of("0123456789_.eE", digit);
  const std::string other = dice.one_in(3) ? std::string(dice.of(pieces))
                                           : std::to_string(static_cast<std::uint64_t>(dice.magnitude(1, 1e6)));
  text.replace(digit, (end == std::string::npos ? text.size() : end) - digit, other);
}

void repeat_piece(std::string& text, Dice& dice) {
  const std::string_view piece = dice.of(pieces);
  std::string many;
  for (std::uint64_t i = dice.below(200); i > 0; --i) many += piece;
  text.insert(place(text, dice), many);
}

void change_line(std::string& text, Dice& dice) {
  const std::size_t begin = begin_of_line(text, place(text, dice)), end = end_of_line(text, begin);
  const std::string line = text.substr(begin, end - begin);
  switch (dice.below(5)) {
    case 0:  // is gone
      text.erase(begin, end - begin);
      break;
    case 1:  // is there twice
      text.insert(begin_of_line(text, place(text, dice)), line);
      break;
    case 2:
      text.insert(begin, dice.one_in(2) ? "  " : " ");
      break;
    case 3:
      text.erase(begin, std::min<std::size_t>(line.find_first_not_of(' '), 2));
      break;
    default:  // and its neighbours are one
      if (end > begin && text[end - 1] == '\n') text.erase(end - 1, 1);
      break;
  }
}

/// A key with something in it, indented as the line that it is put before.
void insert_key(std::string& text, const std::vector<std::string>& words, Dice& dice) {
  if (words.empty()) return insert_piece(text, dice);
  const std::size_t begin = begin_of_line(text, place(text, dice));
  const auto margin = text.find_first_not_of(' ', begin);
  const std::string indent(margin == std::string::npos ? 0 : margin - begin, ' ');
  const std::string value = dice.one_in(2) ? dice.of(words) : std::string(dice.of(pieces));
  text.insert(begin, indent + dice.of(words) + ": " + value + "\n");
}

}  // namespace

void mutate(std::string& text, const std::vector<std::string>& words, Dice& dice) {
  for (std::uint64_t changes = 1 + dice.below(4); changes > 0; --changes) {
    switch (dice.below(10)) {
      case 0:
        change_byte(text, dice);
        break;
      case 1:
        insert_piece(text, dice);
        break;
      case 2:
      case 3:
        change_word(text, words, dice);
        break;
      case 4:
        change_digits(text, dice);
        break;
      case 5:
        if (!text.empty()) text.erase(dice.below(text.size()), 1 + dice.below(20));
        break;
      case 6:
        if (dice.one_in(4)) repeat_piece(text, dice);
        break;
      case 7:
      case 8:
        change_line(text, dice);
        break;
      default:
        insert_key(text, words, dice);
        break;
    }
  }
}

std::string spliced(const std::string& text, const std::string& other, Dice& dice) {
  return text.substr(0, begin_of_line(text, place(text, dice))) + other.substr(begin_of_line(other, place(other, dice)));
}

}  // namespace chatsim::fuzz
