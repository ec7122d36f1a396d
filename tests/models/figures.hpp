#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>

#include "tests/sim/in_child.hpp"

namespace chatsim::tests {

/// Prints where the expected figure comes from, and compares. Absolute tolerance.
inline bool figure(const std::string& derivation, double expected, double actual, double tolerance) {
  const bool near = std::abs(actual - expected) <= tolerance;
  std::printf("%s: expected %.9g, actual %.9g, tolerance %.3g%s\n", derivation.c_str(), expected, actual,
              tolerance, near ? "" : "  <-- OFF");
  return near;
}

/// What was measured, by name.
using Figures = std::map<std::string, double>;

/// Figures that `work` fills in, in a child: whatever builds a world runs there. A child that fails fails the
/// test.
template <class Work>
Figures figures_of(Work work) {
  const std::string text = in_child([&] {
    Figures figures;
    work(figures);
    std::string lines;
    char line[200];
    for (const auto& [name, value] : figures) {
      std::snprintf(line, sizeof line, "%s %.17g\n", name.c_str(), value);
      lines += line;
    }
    return lines;
  });
  Figures figures;
  std::istringstream lines(text);
  std::string name;
  double value = 0;
  while (lines >> name >> value) figures[name] = value;
  if (!lines.eof() || figures.empty()) FAIL("the child came to this end: " << text);
  return figures;
}

}  // namespace chatsim::tests
