#include "scenarios/loader/document.hpp"

#include <catch2/catch.hpp>
#include <ctime>

using namespace chatsim::loader;

namespace {

std::string repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("Keys keep their order, duplicates and positions") {
  const Document document = parse_document("b: 1\na:\n  c: 'x'\nb: 2\n");
  CHECK(document.issues.empty());
  REQUIRE(document.root);
  REQUIRE(document.root->entries.size() == 3);
  const Node::Entry& a = document.root->entries[1];
  CHECK(a.key.text == "a");
  CHECK(a.value.entries[0].value.text == "x");
  CHECK(a.value.entries[0].value.line == 3);
  CHECK(a.value.entries[0].value.column == 6);
  CHECK(document.root->entries[2].key.line == 4);
}

TEST_CASE("Hostile documents end quickly with an issue") {
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {k: " + last + ", l: " + last + "}\n";
  }
  const std::pair<const char*, std::string> documents[] = {
      {"aliases of aliases", laughs},
      {"aliases of a long text", "a: &a " + std::string(500'000, 'x') + "\n" + repeat("b: *a\n", 50'000)},
      {"anchors around anchors", repeat("{&a k: &b ", 400) + "x" + repeat("}", 400)},
      {"open brackets", repeat("[", 100'000)},
      {"open braces", repeat("{", 100'000)},
      {"braces with keys", repeat("{a: ", 100'000)},
      {"nested lists", repeat("- ", 100'000)},
      {"nested keys", repeat("? ", 100'000)},
      {"an open quote", "a: \"" + repeat("x", 500'000)},
      {"many keys", repeat("a: 1\n", 200'000)},
      {"many commas", "[" + repeat("a,", 400'000)},
      {"many documents", repeat("---\n", 200'000)},
      {"many anchors", repeat("&a ", 200'000)},
      {"many tags", repeat("!a ", 200'000)},
      {"many stars", repeat("*", 200'000)},
      {"a long key", std::string(900'000, 'k') + ": 1\n"},
      {"colons", repeat(": ", 300'000)},
      {"directives", repeat("%A\n", 200'000)},
  };
  for (const auto& [name, text] : documents) {
    const std::clock_t start = std::clock();
    const Document document = parse_document(text);
    const std::clock_t took = std::clock() - start;
    INFO(name);
    CHECK(took / CLOCKS_PER_SEC < 5);
    // Nothing of it is a map of scalars without complaint, except the long key.
    CHECK((!document.issues.empty() || !document.root || std::string(name) == "a long key" ||
           std::string(name) == "many keys" || std::string(name) == "many documents"));
  }
}
