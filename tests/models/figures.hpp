#pragma once

#include <cstdio>
#include <map>
#include <sstream>
#include <string>

#include "tests/figure.hpp"
#include "tests/sim/in_child.hpp"

namespace chatsim::tests {

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
