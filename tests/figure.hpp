#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <string>

namespace chatsim::tests {

/// Prints where the expected figure comes from, and compares. Absolute tolerance.
inline bool figure(const std::string& derivation, double expected, double actual, double tolerance) {
  const bool near = std::abs(actual - expected) <= tolerance;
  std::printf("%s: expected %.9g, actual %.9g, tolerance %.3g%s\n", derivation.c_str(), expected, actual, tolerance,
              near ? "" : "  <-- OFF");
  return near;
}

}  // namespace chatsim::tests
