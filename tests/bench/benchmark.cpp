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

Row rates(std::uint64_t events, double seconds) {
  const auto number = static_cast<double>(events);
  return {{"events_per_s", number / seconds}, {"ns_per_event", seconds * 1e9 / number}};
}

Row rates(std::uint64_t events, std::uint64_t messages, double seconds) {
  Row row = rates(events, seconds);
  row["messages_per_s"] = static_cast<double>(messages) / seconds;
  row["events_per_message"] = static_cast<double>(events) / static_cast<double>(messages);
  return row;
}

std::string Hash::text() const { return fmt::format("{:016x}", value_); }
std::string HashSum::text() const { return fmt::format("{:016x}", value_); }

}  // namespace chatsim::bench
