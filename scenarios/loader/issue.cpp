#include "scenarios/loader/issue.hpp"

#include <algorithm>

namespace chatsim::loader {

std::string to_text(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) text += ":" + std::to_string(position.line);
  if (position.column > 0) text += ":" + std::to_string(position.column);
  return text;
}

std::string to_text(const Issue& issue) {
  std::string text =
      to_text(issue.position) + ": error: " + issue.path + (issue.path.empty() ? "" : ": ") + issue.message;
  // Whatever a file name or a key holds, it stays one line.
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

}  // namespace chatsim::loader
