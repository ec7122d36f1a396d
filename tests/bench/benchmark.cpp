#include "tests/bench/benchmark.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace chatsim::bench {

std::uint64_t resident_bytes() {
  unsigned long long total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%llu %llu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string Hash::text() const { return fmt::format("{:016x}", value_); }

}  // namespace chatsim::bench
