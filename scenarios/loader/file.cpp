#include "scenarios/loader/file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace chatsim::loader {
namespace {

constexpr std::size_t size_max = 1 << 20;

}  // namespace

FileText read_file(const std::string& path) {
  FileText result;
  const auto fail = [&](int code) {
    result.error = "cannot read the file: " + std::generic_category().message(code);
    return result;
  };
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
