#pragma once

#include <string>

namespace chatsim::tests {

/// What a case shows: that an identity is computed right, or that random dynamics come out as theory has them.
enum class Kind { accounting, dynamics };

/// How far ours may be from what is expected: the sum of both parts.
struct Tolerance {
  double absolute = 0;
  double relative = 0;    ///< Of the expected value.
  std::string because{};  ///< "half-width of the 95 % interval"; may be empty.

  double around(double expected) const;
  std::string text() const;
};

/// Which side of the expected value is right.
enum class Bound { near, at_least };

/// A result that others published or proved, and ours.
struct PublishedCase {
  std::string topic;  ///< A section of docs/validation.md: page.py has their order.
  Kind kind = Kind::dynamics;
  std::string name;    ///< Of what, and in which unit. No two of a topic are the same.
  std::string inputs;  ///< And the formula.
  double expected = 0;
  double ours = 0;
  Tolerance tolerance;
  std::string source;
  Bound bound = Bound::near;
};

/// Prints the case as figure() does and compares. Where the environment names a folder, CHATSIM_VALIDATION_OUT, the case
/// is one more line of PROGRAM.jsonl there, which docs/validation.md is made from (page.py).
bool published_case(const PublishedCase& one);

}  // namespace chatsim::tests
