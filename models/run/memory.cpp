#include <algorithm>
#include <fstream>
#include <string>

#include "models/run/memory.hpp"

namespace chatsim::models {
namespace {

/// The number behind "NAME:" in a file of /proc, which counts in kB.
std::optional<std::uint64_t> kilobytes_of(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string word; lines >> word;) {
    std::uint64_t kilobytes = 0;
    if (word == name + ":" && lines >> kilobytes) return kilobytes * 1024;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> number_in(const char* file) {
  std::ifstream text(file);
  std::uint64_t number = 0;
  return text >> number ? std::optional(number) : std::nullopt;  // "max" is no number: no limit
}

}  // namespace

std::uint64_t resident_bytes(const std::string& process) {
  std::ifstream statistics("/proc/" + process + "/statm");
  std::uint64_t all = 0, resident = 0;
  statistics >> all >> resident;
  return resident * 4096;
}

std::optional<std::uint64_t> available_memory() {
  std::optional<std::uint64_t> available = kilobytes_of("/proc/meminfo", "MemAvailable");
  const auto limit = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (limit && used) {
    const std::uint64_t left = *limit > *used ? *limit - *used : 0;
    available = std::min(available.value_or(left), left);
  }
  return available;
}

std::uint64_t processes_that_fit(std::uint64_t available, std::uint64_t of_one) {
  if (of_one == 0) return UINT64_MAX;
  return std::max<std::uint64_t>(1, (available - available / 10) / of_one);
}

}  // namespace chatsim::models
