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

}  // namespace chatsim::cli
