#include <catch2/catch.hpp>

#include "scenarios/loader/load.hpp"
#include "scratch.hpp"

using namespace chatsim;
using namespace chatsim::loader;

TEST_CASE("Every scenario of the catalogue loads, and is named after its file") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const auto outcome = load({entry.path().string(), {}, {}});
    for (const Issue& issue : outcome.issues) UNSCOPED_INFO(to_text(issue));
    REQUIRE(outcome.scenario);
    CHECK(outcome.scenario->name == entry.path().stem());
    CHECK(outcome.scenario->description.size() > 20);
  }
  CHECK(count >= 2);
}

TEST_CASE("The two first scenarios have the size that they promise") {
  const auto small = load({"scenarios/small.yaml", {}, {}});
  REQUIRE(small.scenario);
  CHECK(spec::machines(*small.scenario) == 96);
  CHECK(spec::message_rate(small.scenario->population).value() == Approx(1504.6).epsilon(1e-3));
  const auto large = load({"scenarios/chat_2b.yaml", {}, {}});
  REQUIRE(large.scenario);
  CHECK(spec::machines(*large.scenario) == 51'100);
  CHECK(spec::message_rate(large.scenario->population).value() == Approx(1.1574e6).epsilon(1e-3));
}
