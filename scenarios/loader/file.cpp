#include "scenarios/loader/file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace chatsim::loader {
namespace {

constexpr std::size_t size_max = 1 << 20;

}  // namespace

FileText read_file(const std::string& path, FileKind kind) {
  FileText result;
  const auto fail = [&](int code) {
    result.error = "cannot read the file: " + std::generic_category().message(code);
    return result;
  };
  // Asked before it is opened: opening a pipe waits for its writer, and some devices do something then.
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return fail(errno);
  if (S_ISDIR(status.st_mode)) return fail(EISDIR);
  if (kind == FileKind::regular && !S_ISREG(status.st_mode)) {
    result.error = "cannot read the file: it is a pipe or a device; name a file on a disk";
    return result;
  }
  result.identity = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return fail(errno);
  result.text.resize(size_max + 1);
  result.text.resize(std::fread(result.text.data(), 1, result.text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return fail(errno);
  if (result.text.size() > size_max) result.error = "larger than 1 MiB: this is no scenario";
  if (result.text.find_first_not_of(" \t\r\n") == std::string::npos) result.error = "the file is empty";
  return result;
}

}  // namespace chatsim::loader
