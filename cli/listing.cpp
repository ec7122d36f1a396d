#include "cli/listing.hpp"

namespace chatsim::cli {

std::string listing(std::string_view title, const std::vector<std::string>& items) {
  std::string text;
  std::string line = std::string(title) + ":";
  for (std::size_t index = 0; index < items.size(); ++index) {
    const std::string item = items[index] + (index + 1 < items.size() ? "," : "");
    if (line.size() + 1 + item.size() > report_width) {
      text += line + "\n";
      line = std::string(1, ' ');  // Indented by two, with the one before each item.
    }
    line += " " + item;
  }
  return text + line + "\n";
}

std::string wrapped(std::string_view text, std::size_t indent) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "\n";
  std::string lines(text.substr(0, first));
  std::size_t column = first;
  bool begins = true;
  for (std::size_t begin = first; begin < text.size();) {
    std::size_t end = text.find(' ', begin);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(begin, end - begin);
    if (!begins && column + 1 + word.size() > report_width) {
      column = first + indent;
      lines += '\n' + std::string(column, ' ');
      begins = true;
    }
    if (!begins) lines += ' ';
    lines += word;
    column += word.size() + (begins ? 0 : 1);
    begins = false;
    begin = end + 1;
  }
  return lines + '\n';
}

}  // namespace chatsim::cli
