#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatsim::cli {

inline constexpr std::size_t report_width = 110;

/// "title: item, item, item", broken between items; the lines after the first are indented.
std::string listing(std::string_view title, const std::vector<std::string>& items);

/// Text broken between words; the lines after the first are indented by `indent` more spaces than the first one.
std::string wrapped(std::string_view text, std::size_t indent = 2);

}  // namespace chatsim::cli
