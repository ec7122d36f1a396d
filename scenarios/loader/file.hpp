#pragma once

#include <functional>
#include <string>

namespace chatsim::loader {

struct FileText {
  std::string text;
  std::string error;     ///< Why it could not be read; empty when it could.
  std::string identity;  ///< The same for all names of one file.
};

/// What may be read. A user who names a pipe wants it read; a file that names one makes the program wait for ever.
enum class FileKind { any, regular };

/// Reads a file of at most 1 MiB; what is larger is no scenario, and may be endless.
FileText read_file(const std::string& path, FileKind kind);

/// How a loader gets at files: read_file, or what stands for it.
using FileReader = std::function<FileText(const std::string& path, FileKind kind)>;

}  // namespace chatsim::loader
