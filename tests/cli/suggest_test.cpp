#include "cli/suggest.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::cli;

TEST_CASE("a slip of the fingers is recognised") {
  const std::vector<std::string> commands{"run", "explain", "schema"};
  CHECK(did_you_mean("rnu", commands) == ", did you mean run?");
  CHECK(did_you_mean("runn", commands) == ", did you mean run?");
  CHECK(did_you_mean("explian", commands) == ", did you mean explain?");
  CHECK(did_you_mean("shema", commands) == ", did you mean schema?");
}

TEST_CASE("another word is not") {
  const std::vector<std::string> commands{"run", "explain", "schema"};
  CHECK(did_you_mean("plan", commands).empty());
  CHECK(did_you_mean("estimate", commands).empty());
  CHECK(did_you_mean("", commands).empty());
}
