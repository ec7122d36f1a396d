#include "scenarios/spec/utf8.hpp"

#include <catch2/catch.hpp>

#include "scenarios/spec/field_tree.hpp"

using namespace chatsim::spec;

TEST_CASE("Only what RFC 3629 calls UTF-8 is well formed") {
  for (const char* text : {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xef\xbb\xbf" "a"}) {
    CAPTURE(text);
    CHECK(find_ill_formed(text) == std::string(text).size());
    CHECK(well_formed(text) == text);
  }
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
                           "\xe1\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    CAPTURE(text);
    CHECK(find_ill_formed(std::string("ab") + text) == 2);
  }
}

TEST_CASE("Each byte of no character is replaced") {
  CHECK(well_formed("a\xff" "b\xc2") == "a\xef\xbf\xbd" "b\xef\xbf\xbd");
  CHECK(well_formed("\xe1\x80") == "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("A text field takes UTF-8 alone") {
  Scenario scenario;
  CHECK(find_field("name")->set(scenario, "a\xff") == "is not UTF-8: byte 0xff belongs to no character");
  CHECK(scenario.name == "unnamed");
  CHECK(find_field("name")->set(scenario, "\xc3\xbc") == std::nullopt);
}
