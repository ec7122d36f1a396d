#include "scenarios/spec/similar.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::spec;

TEST_CASE("Edit distance counts insertions, deletions, substitutions and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("machnies", "machines") == 1);
  CHECK(edit_distance("thread", "threads") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("kitten", "sitting", 3) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) > 2);
  CHECK(edit_distance("services", "machines", 1) > 1);
}

TEST_CASE("What is similar is what is closest, and nothing beyond a third of the letters") {
  const std::vector<std::string> tiers{"gateway", "messaging", "group", "profile"};
  CHECK(similar_to("gatway", tiers) == std::vector<std::string>{"gateway"});
  CHECK(similar_to("mesaging", tiers) == std::vector<std::string>{"messaging"});
  CHECK(similar_to("coffee", tiers).empty());
  CHECK(similar_to(std::string(81, 'g'), tiers).empty());
  CHECK(did_you_mean({"group", "profile"}) == "; did you mean 'group' or 'profile'?");
  CHECK(did_you_mean({}) == "");
}
