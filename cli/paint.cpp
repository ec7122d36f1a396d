#include "cli/paint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace chatsim::cli {

std::string Paint::operator()(Ink ink, std::string_view text) const {
  if (colour_ == Colour::off || ink == Ink::plain || text.empty()) return std::string(text);
  std::string_view code;
  switch (ink) {
    case Ink::plain:
      break;
    case Ink::strong:
      code = "1";
      break;
    case Ink::faint:
      code = "2";
      break;
    case Ink::good:
      code = "32";
      break;
    case Ink::alarm:
      code = "1;31";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Paint::Colour colour_of(int descriptor) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  const bool wanted = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  return wanted && isatty(descriptor) == 1 ? Paint::Colour::on : Paint::Colour::off;
}

}  // namespace chatsim::cli
