#include "tests/sim/platform/in_child.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <exception>

#include "tests/sim/in_child.hpp"

namespace chatsim::sim::test {
namespace {

std::string problems;  // of this process

}  // namespace

std::string in_child(const std::function<void()>& body) {
  return tests::in_child([&] {
    try {
      body();
    } catch (const std::exception& exception) {
      problems += fmt::format("exception: {}\n", exception.what());
    }
    return problems;
  });
}

void check_near(const std::string& derivation, double expected, double actual, double tolerance) {
  const auto line = fmt::format("{}: expected {:.12g}, actual {:.12g}, tolerance {:g}", derivation, expected,
                                actual, tolerance);
  std::puts(line.c_str());
  if (!(std::abs(actual - expected) <= tolerance)) problems += line + "\n";
}

void check(const std::string& what, bool holds) {
  std::printf("%s: %s\n", what.c_str(), holds ? "holds" : "FAILS");
  if (!holds) problems += what + " does not hold\n";
}

}  // namespace chatsim::sim::test
