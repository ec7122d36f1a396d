#include "cli/interval_text.hpp"

#include <catch2/catch.hpp>

using chatsim::cli::half_width_text;

TEST_CASE("the half-width stands in the unit of its figure, with two digits") {
  CHECK(half_width_text("32.9 ms", {32.9, 0.8123, 5}) == "+- 0.81");
  CHECK(half_width_text("1.20 s", {1200, 31, 5}) == "+- 0.031");
  CHECK(half_width_text("1.157 M/s", {2'314'000, 20'000, 5}) == "+- 0.01");  // a rate of a count of two seconds
  CHECK(half_width_text("57,300", {57'300, 1234, 5}) == "+- 1,234");
  CHECK(half_width_text("98.8 %", {0.988, 0.002, 5}) == "+- 0.2");
  CHECK(half_width_text("-3", {-3, 1.5, 5}) == "+- 1.5");
}

TEST_CASE("a figure of two units has a part as its half-width") {
  CHECK(half_width_text("2 min 5 s", {125'000, 2500, 5}) == "+- 2 %");
  CHECK(half_width_text("> 99.99 %", {0.99995, 0.0001, 5}) == "+- 0.01 %");
}

TEST_CASE("a figure rounded to nothing keeps its half-width") {
  CHECK(half_width_text("0", {0.2, 0.5553, 5}) == "+- 0.56");
  CHECK(half_width_text("0.000", {0.0001, 0.0002, 5}) == "+- 0.0002");
}

TEST_CASE("what does not vary, or is not shown, has none") {
  CHECK(half_width_text("40", {40, 0, 5}).empty());
  CHECK(half_width_text("", {40, 3, 5}).empty());
  CHECK(half_width_text("0 s", {0, 0.1, 5}).empty());
}
