#pragma once

#include <string>
#include <string_view>

namespace chatsim::spec {

/// The first byte that belongs to no character of UTF-8 (RFC 3629: neither overlong, nor a surrogate, nor beyond
/// U+10FFFF); the size of the text when there is none.
std::size_t find_ill_formed(std::string_view text);

/// The text with U+FFFD for each byte that belongs to no character: what JSON can hold of a file's name.
std::string well_formed(std::string_view text);

}  // namespace chatsim::spec
