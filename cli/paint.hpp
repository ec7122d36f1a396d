#pragma once

#include <string>
#include <string_view>

namespace chatsim::cli {

enum class Ink { plain, strong, faint, good, alarm };

/// Text with terminal escapes round it, or as it is.
class Paint {
 public:
  enum class Colour { off, on };
  explicit Paint(Colour colour) : colour_(colour) {}

  std::string operator()(Ink ink, std::string_view text) const;

 private:
  Colour colour_;
};

/// On when `descriptor` is a terminal that understands colour and NO_COLOR (no-color.org) is unset or empty.
Paint::Colour colour_of(int descriptor);

}  // namespace chatsim::cli
