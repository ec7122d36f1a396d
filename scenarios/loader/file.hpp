#pragma once

#include <string>

namespace chatsim::loader {

struct FileText {
  std::string text;
  std::string error;  ///< Why it could not be read; empty when it could.
};

/// Reads a file of at most 1 MiB; what is larger is no scenario, and may be endless.
FileText read_file(const std::string& path);

}  // namespace chatsim::loader
