#include <catch2/catch.hpp>

#include "scenarios/loader/load.hpp"
#include "scenarios/spec/field_tree.hpp"
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

TEST_CASE("Scenarios have the size that they promise") {
  const auto small = load({"scenarios/small.yaml", {}, {}});
  REQUIRE(small.scenario);
  CHECK(spec::machines(*small.scenario) == 99);
  CHECK(spec::message_rate(small.scenario->population).value() == Approx(1504.6).epsilon(1e-3));
  const auto large = load({"scenarios/chat_2b.yaml", {}, {}});
  REQUIRE(large.scenario);
  CHECK(spec::machines(*large.scenario) >= 50'000);
  CHECK(spec::machines(*large.scenario) <= 60'000);
  CHECK(spec::message_rate(large.scenario->population).value() == Approx(1.1574e6).epsilon(1e-3));
  const auto largest = load({"scenarios/ten_billion.yaml", {}, {}});
  REQUIRE(largest.scenario);
  CHECK(spec::machines(*largest.scenario) >= 990'000);
  CHECK(spec::machines(*largest.scenario) <= 1'000'000);
  CHECK(largest.scenario->population.users == 5 * large.scenario->population.users);
  CHECK(spec::message_rate(largest.scenario->population).value() == Approx(5 * 1.1574e6).epsilon(1e-3));
}

TEST_CASE("Files of hardware set hardware alone, and compose with a workload") {
  const auto is_hardware = [](const std::string& path) {
    for (const char* word :
         {"host_speed", "bandwidth", "latency", "threads", "cores", "connections_per_machine", "memory",
          "cache_per_machine", "disks", "disk_capacity", "disk_access_time", "disk_bandwidth"}) {
      if (path.ends_with(std::string(".") + word)) return true;
    }
    return path == "name" || path == "description";
  };
  const Scratch scratch;
  for (const char* name : {"hardware_2021", "hardware_2026"}) {
    const std::string file = std::filesystem::absolute(std::string("scenarios/") + name + ".yaml").string();
    const std::string large = std::filesystem::absolute("scenarios/chat_2b.yaml").string();
    const auto outcome =
        load({scratch.write("a.yaml", "extends: ['" + large + "', '" + file + "']\nname: both\n"), {}, {}});
    REQUIRE(scratch.issues(outcome) == "");
    const auto workload = load({large, {}, {}});
    int set = 0;
    spec::for_each_leaf(spec::scenario_fields(), [&](const spec::FieldNode& field) {
      INFO(field.path);
      const auto position = outcome.provenance.find(field.path);
      if (position && position->file == file) {
        ++set;
        CHECK(is_hardware(field.path));
      } else if (field.path != "name") {
        CHECK(field.text(*outcome.scenario) == field.text(*workload.scenario));
      }
    });
    CHECK(set > 20);
    CHECK(outcome.scenario->name == "both");
  }
}

TEST_CASE("The figures of the design document are data beside the scenarios, and nothing else") {
  const auto outcome = load({"scenarios/published/design_document.yaml", {}, {}});
  REQUIRE(outcome.scenario);
  const spec::Published& published = outcome.scenario->published;
  CHECK(published.figures.message_storage.value == spec::Bytes{1.2e18});
  CHECK(published.assumptions.day == spec::Seconds{90'000});
  int figures = 0;
  spec::for_each_leaf(spec::scenario_fields(), [&](const spec::FieldNode& field) {
    INFO(field.path);
    if (field.path.starts_with("published.figures.") && field.optional && field.text(*outcome.scenario) != "none")
      ++figures;
    if (!field.path.starts_with("published.")) CHECK(field.text(*outcome.scenario) == field.text(spec::Scenario{}));
  });
  CHECK(figures == 25);
  const auto extending = load({"scenarios/chat_2b_as_published.yaml", {}, {}});
  REQUIRE(extending.scenario);
  CHECK(extending.scenario->published.figures.message_storage.value == spec::Bytes{1.2e18});
  CHECK_FALSE(load({"scenarios/chat_2b.yaml", {}, {}}).scenario->published.figures.message_storage.value);
}
