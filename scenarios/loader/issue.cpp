#include "scenarios/loader/issue.hpp"

#include <algorithm>

#include "scenarios/spec/utf8.hpp"

namespace chatsim::loader {

std::string to_text(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) text += ":" + std::to_string(position.line);
  if (position.column > 0) text += ":" + std::to_string(position.column);
  return text;
}

std::string to_text(const Issue& issue) {
  // Whatever a file name or a key holds, it stays one line of text.
  std::string text = spec::well_formed(to_text(issue.position) + ": error: " + issue.path +
                                       (issue.path.empty() ? "" : ": ") + issue.message);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

}  // namespace chatsim::loader
