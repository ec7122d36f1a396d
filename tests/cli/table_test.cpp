#include "cli/table.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::cli;

namespace {

Table two_tiers() {
  Table table("Tiers", {{"", Table::Align::left}, {"machines"}, {"queue\nmax"}});
  table.add_row({"gateway", "40,000", "3"});
  table.add_row({"profile", "300", "10,000"}, Ink::alarm);
  return table;
}

}  // namespace

TEST_CASE("columns align under headers of several lines") {
  CHECK(two_tiers().render(Paint(Paint::Colour::off)) ==
        "Tiers\n"
        "                      queue\n"
        "           machines     max\n"
        "  gateway    40,000       3\n"
        "  profile       300  10,000\n");
}

TEST_CASE("colour changes no width") {
  CHECK(two_tiers().render(Paint(Paint::Colour::on)) ==
        "\x1b[1mTiers\x1b[0m\n"
        "\x1b[2m                      queue\x1b[0m\n"
        "\x1b[2m           machines     max\x1b[0m\n"
        "  gateway    40,000       3\n"
        "\x1b[1;31m  profile       300  10,000\x1b[0m\n");
}

TEST_CASE("a cell may have lines of its own, under each other") {
  Table table("", {{"", Table::Align::left}, {"mean"}, {"max"}});
  table.add_row({"login", "12.3 ms\n+- 0.2", "7"});
  table.add_row({"push", "1 ms", "10\n+- 3"});
  CHECK(table.render(Paint(Paint::Colour::off)) ==
        "            mean   max\n"
        "  login  12.3 ms     7\n"
        "          +- 0.2\n"
        "  push      1 ms    10\n"
        "                  +- 3\n");
}

TEST_CASE("width counts characters, not bytes") {
  Table table("", {{"", Table::Align::left}, {"n"}});
  table.add_row({"Zürich", "1"});
  table.add_row({"Geneva", "2"});
  CHECK(table.render(Paint(Paint::Colour::off)) ==
        "          n\n"
        "  Zürich  1\n"
        "  Geneva  2\n");
}

TEST_CASE("a row with a missing cell is a bug") {
  Table table("t", {{"a"}, {"b"}});
  CHECK_THROWS_WITH(table.add_row({"1"}), "table 't': 1 cells for 2 columns");
}

TEST_CASE("as Markdown, headers take one line and bars are escaped") {
  Table table = two_tiers();
  table.add_row({"a|b", "1", "2"});
  CHECK(table.markdown() ==
        "## Tiers\n"
        "\n"
        "|  | machines | queue max |\n"
        "| --- | ---: | ---: |\n"
        "| gateway | 40,000 | 3 |\n"
        "| profile | 300 | 10,000 |\n"
        "| a\\|b | 1 | 2 |\n");
}
