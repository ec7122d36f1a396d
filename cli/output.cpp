#include "cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/refusal.hpp"

namespace chatsim::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string_view option, const fs::path& path, std::string_view action, int error) {
  throw Refusal(fmt::format("{} {}: cannot {}: {}; choose a place where files can be written", option,
                            path.string(), action, std::strerror(error)));
}

fs::path partial_name(const fs::path& file) {
  fs::path partial = file;
  partial += fmt::format(".partial-{}", getpid());
  return partial;
}

/// Written in place: a device or a pipe cannot be renamed over.
bool is_special(const fs::path& file) {
  struct stat state {};
  return stat(file.c_str(), &state) == 0 && !S_ISREG(state.st_mode) && !S_ISDIR(state.st_mode);
}

/// 0 or errno.
int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_and_sync(const fs::path& file, int flags, std::string_view content) {
  const int descriptor = open(file.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  int error = write_all(descriptor, content);
  if (error == 0 && fsync(descriptor) != 0 && errno != EINVAL)
    error = errno;  // EINVAL: a pipe has nothing to sync
  if (close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

void prove_writable(std::string_view option, const fs::path& shown, const fs::path& file) {
  const fs::path partial = partial_name(file);
  const int error = write_and_sync(partial, O_CREAT | O_TRUNC, "");
  unlink(partial.c_str());
  if (error != 0) refuse(option, shown, "write there", error);
}

}  // namespace

void prepare_folder(std::string_view option, const fs::path& folder) {
  if (folder.empty()) throw Refusal(fmt::format("{}: the folder has no name", option));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse(option, folder, "make the folder", error.value());
  if (!fs::is_directory(folder, error)) refuse(option, folder, "make the folder", ENOTDIR);
  prove_writable(option, folder, folder / "probe");
}

void prepare_file(std::string_view option, const fs::path& file) {
  if (file == "-" || is_special(file)) return;
  if (file.empty()) throw Refusal(fmt::format("{}: the file has no name", option));
  std::error_code error;
  if (fs::is_directory(file, error) || !file.has_filename()) refuse(option, file, "write there", EISDIR);
  prove_writable(option, file, file);
}

void write_file(std::string_view option, const fs::path& file, std::string_view content) {
  if (is_special(file)) {
    if (const int error = write_and_sync(file, 0, content); error != 0) refuse(option, file, "write", error);
    return;
  }
  const fs::path partial = partial_name(file);
  int error = write_and_sync(partial, O_CREAT | O_TRUNC, content);
  if (error == 0 && rename(partial.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(partial.c_str());
    refuse(option, file, "write", error);
  }
  // The new name itself survives a power cut only once the folder is synchronised.
  if (const int folder = open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    fsync(folder);
    close(folder);
  }
}

void write_standard_output(std::string_view content) {
  if (const int error = write_all(STDOUT_FILENO, content); error != 0) {
    throw Refusal(fmt::format("cannot write to standard output: {}", std::strerror(error)));
  }
}

void write_file_or_standard_output(std::string_view option, const fs::path& file, std::string_view content) {
  if (file == "-") {
    write_standard_output(content);
  } else {
    write_file(option, file, content);
  }
}

}  // namespace chatsim::cli
