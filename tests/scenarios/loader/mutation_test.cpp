#include <catch2/catch.hpp>
#include <ctime>
#include <random>
#include <sstream>

#include "scenarios/loader/load.hpp"
#include "scratch.hpp"

using namespace chatsim::loader;

namespace {

std::string contents(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void mutate(std::string& text, std::mt19937_64& random) {
  const auto below = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count)(random);
  };
  const std::string marks = ":{}[],&*#?|-<>=!%@'\"\\ \n\t~_.e0";
  for (std::size_t changes = 1 + below(7); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size() - 1);
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(255));
        break;
      case 1:
        text[at] = marks[below(marks.size() - 1)];
        break;
      case 2:
        text.erase(at, 1 + below(20));
        break;
      case 3:
        text.insert(at, 1, marks[below(marks.size() - 1)]);
        break;
      case 4:
        text.insert(at, text.substr(below(text.size() - 1), below(100)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
}

}  // namespace

TEST_CASE("Damaged files are loaded or refused with one-line issues, never worse") {
  const Scratch scratch;
  std::mt19937_64 random(11);
  const std::string originals[] = {contents("scenarios/small.yaml"), contents("scenarios/chat_2b.yaml"),
                                   "extends: a.yaml\na: &a {b: *a, c: [1, {d: e}]}\nservices: {group: *a}\n"};
  const std::clock_t start = std::clock();
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string text = originals[i % 3];
    mutate(text, random);
    const auto outcome = load({scratch.write("a.yaml", text), {}, {}});
    if (outcome.scenario.has_value() != outcome.issues.empty()) FAIL(text);
    if (!outcome.scenario) ++refused;
    for (const Issue& issue : outcome.issues) {
      const std::string line = to_text(issue);
      if (line.find('\n') != std::string::npos || line.size() > 1000) FAIL(line);
    }
  }
  CHECK(refused > 500);
  CHECK((std::clock() - start) / CLOCKS_PER_SEC < 20);
}
