#include "tests/validation/published_case.hpp"

#include <errno.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/figure.hpp"

namespace chatsim::tests {
namespace {

std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

/// Begun anew by every program, so that no case of an earlier run stays.
std::FILE* cases_of_this_program() {
  const char* folder = std::getenv("CHATSIM_VALIDATION_OUT");
  if (folder == nullptr) return nullptr;
  const std::string path = fmt::format("{}/{}.jsonl", folder, program_invocation_short_name);
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  return file;
}

}  // namespace

double Tolerance::around(double expected) const { return absolute + relative * std::abs(expected); }

std::string Tolerance::text() const {
  std::string text;
  if (relative > 0) text = fmt::format("{:.3g} %", 100 * relative);
  if (absolute > 0) text += fmt::format("{}{:.3g}", text.empty() ? "" : " + ", absolute);
  if (text.empty()) text = "none";
  return because.empty() ? text : text + ", " + because;
}

bool published_case(const PublishedCase& one) {
  const double tolerance = one.tolerance.around(one.expected);
  const std::string what = fmt::format("{}, {}: {} ({})", one.topic, one.kind == Kind::dynamics ? "dynamics" : "accounting",
                                       one.name, one.inputs);
  bool right = one.ours >= one.expected - tolerance;
  if (one.bound == Bound::near) {
    right = figure(what, one.expected, one.ours, tolerance);
  } else {
    std::printf("%s: expected at least %.9g, actual %.9g%s\n", what.c_str(), one.expected, one.ours,
                right ? "" : "  <-- OFF");
  }
  static std::FILE* const cases = cases_of_this_program();
  if (cases != nullptr) {
    fmt::print(cases,
               "{{\"topic\": {}, \"kind\": \"{}\", \"name\": {}, \"inputs\": {}, \"bound\": \"{}\", \"expected\": {:.17g}, "
               "\"ours\": {:.17g}, \"tolerance\": {}, \"right\": {}, \"source\": {}}}\n",
               quoted(one.topic), one.kind == Kind::dynamics ? "dynamics" : "accounting", quoted(one.name),
               quoted(one.inputs), one.bound == Bound::near ? "near" : "at least", one.expected, one.ours,
               quoted(one.tolerance.text()), right, quoted(one.source));
    // A child that forks later would write what is left here a second time.
    std::fflush(cases);
  }
  return right;
}

}  // namespace chatsim::tests
