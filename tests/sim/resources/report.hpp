#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <string_view>

#include "sim/kernel/time.hpp"
#include "tests/sim/in_child.hpp"

namespace chatsim::tests {

/// What a simulation in a child should yield and did: a line a figure, with its derivation.
class Report {
 public:
  /// \param derivation how the expected value comes about.
  void near(const std::string& derivation, double expected, double actual, double relative_tolerance) {
    const double error = expected == 0 ? std::abs(actual) : std::abs(actual / expected - 1);
    line(derivation, fmt::format("{:.7g}", expected), fmt::format("{:.7g}", actual),
         fmt::format(", tolerance {:g} %", 100 * relative_tolerance), error <= relative_tolerance);
  }
  void same(const std::string& derivation, sim::Duration expected, sim::Duration actual) {
    line(derivation, fmt::format("{} ns", expected.count()), fmt::format("{} ns", actual.count()), "",
         expected == actual);
  }
  template <class Value>
  void same(const std::string& derivation, const Value& expected, const Value& actual) {
    line(derivation, fmt::format("{}", expected), fmt::format("{}", actual), "", expected == actual);
  }

  const std::string& text() const { return text_; }

 private:
  void line(const std::string& derivation, const std::string& expected, const std::string& actual,
            const std::string& tolerance, bool right) {
    text_ += fmt::format("  {}: expected {}, actual {}{}{}\n", derivation, expected, actual, tolerance,
                         right ? "" : "  <-- WRONG");
  }

  std::string text_;
};

/// Runs `work(Report&)` in a child, prints its report, and fails unless every figure is right.
template <class Work>
void check_report(Work work) {
  const std::string text = in_child([&] {
    Report report;
    work(report);
    return report.text() + "end of report\n";
  });
  const std::string_view end = "end of report\n";
  const bool whole = text.ends_with(end);
  const std::string figures = whole ? text.substr(0, text.size() - end.size()) : text;
  fmt::print("{}\n{}", Catch::getResultCapture().getCurrentTestName(), figures);
  INFO(figures);
  CHECK(whole);
  CHECK(figures.find("WRONG") == std::string::npos);
}

}  // namespace chatsim::tests
