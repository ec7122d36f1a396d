#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace chatsim::sim {

/// A bug in chatsim, never a user mistake. Thrown rather than aborting, so that the program can say where it was and
/// keep what is already on disk.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_check(const char* file, int line, const char* condition, const std::string& values) {
  throw InternalError(fmt::format("{}:{}: check failed: {}: {}", file, line, condition, values));
}

}  // namespace chatsim::sim

/// An always-on check that prints the values it was about: CHATSIM_CHECK(a <= b, "a={} b={}", a, b).
#define CHATSIM_CHECK(condition, ...)                                                             \
  do {                                                                                            \
    if (!(condition)) [[unlikely]]                                                                \
      ::chatsim::sim::fail_check(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)
