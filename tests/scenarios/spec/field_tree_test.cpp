#include "scenarios/spec/field_tree.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace chatsim::spec;

namespace {

std::string set(std::string_view path, std::string_view text) {
  Scenario scenario;
  const FieldNode* field = find_field(path);
  REQUIRE(field != nullptr);
  return field->set(scenario, text).value_or("accepted as " + field->text(scenario));
}

}  // namespace

TEST_CASE("Every field has a doc, a path of its own, and a default that is within its bounds") {
  std::set<std::string> paths;
  int count = 0;
  for_each_leaf(scenario_fields(), [&](const FieldNode& field) {
    INFO(field.path);
    ++count;
    CHECK(paths.insert(field.path).second);
    CHECK(field.doc.size() > 5);
    CHECK(find_field(field.path) == &field);
    Scenario scenario;
    const std::string text = field.text(scenario);
    CHECK(field.set(scenario, text).value_or("") == "");
    CHECK(field.text(scenario) == text);
  });
  CHECK(count > 100);
}

TEST_CASE("A tier's own fields and those of every tier stand side by side") {
  CHECK(find_field("services.gateway.machines") != nullptr);
  CHECK(find_field("services.gateway.connections_per_machine") != nullptr);
  CHECK(find_field("services.gateway.tier") == nullptr);
  CHECK(find_field("services.gateway.machines.more") == nullptr);
  CHECK(find_field("") == nullptr);
  CHECK(find_field("services..machines") == nullptr);
}

TEST_CASE("Values are checked against kind and bounds") {
  CHECK(set("services.gateway.machines", "5e4") == "accepted as 50000");
  CHECK(set("services.gateway.machines", "0") == "0 is too small, at least 1");
  CHECK(set("services.gateway.machines", "1.5") == "'1.5' is not a whole number");
  CHECK(set("services.gateway.machines", "40k") == "'40k' is not a whole number");
  CHECK(set("services.gateway.machines", "1e12") == "1e12 is too large, at most 1e7");
  CHECK(set("population.online", "150%") == "1.5 is too large, at most 1");
  CHECK(set("population.online", "-0.1") == "-0.1 is too small, at least 0");
  CHECK(set("stores.message.row", "0B") == "0B is too small, more than 0B");
  CHECK(set("simulation.window", "1us") == "1us is too small, at least 1ms");
  CHECK(set("stores.message.spread", "pod") == "accepted as pod");
  CHECK(set("stores.message.spread", "planet") == "'planet' is not one of host, rack, pod, datacenter");
  CHECK(set("stores.message.read_quorum", "0") == "0 is too small, at least 1");
  CHECK(set("services.profile.service_time", "3ms") == "accepted as 3ms");
}

TEST_CASE("Seeds are exact up to 64 bits") {
  CHECK(set("seed", "18446744073709551615") == "accepted as 18446744073709551615");
  CHECK(set("seed", "9_007_199_254_740_993") == "accepted as 9007199254740993");
  CHECK(set("seed", "1e3") == "accepted as 1000");
  CHECK(set("seed", "18446744073709551616") ==
        "'18446744073709551616' is too large, at most 18446744073709551615");
  CHECK(set("seed", "1e20") == "'1e20' is too large, at most 18446744073709551615");
  CHECK(set("seed", "-1") == "-1 is too small, at least 0");
}

TEST_CASE("What a document may leave out is none until it is given") {
  const std::string path = "published.figures.message_storage.value";
  CHECK(find_field(path)->text(Scenario{}) == "none");
  CHECK(find_field(path)->optional);
  CHECK_FALSE(find_field("stores.message.row")->optional);
  CHECK(set(path, "1.2EB") == "accepted as 1.2EB");
  CHECK(set(path, "none") == "accepted as none");
  CHECK(set(path, "1.2") == "'1.2' has no unit; write 1.2B or 1.2MB");
  CHECK(set(path, "-1B") == "-1B is too small, at least 0B");
  CHECK(set("published.figures.message_disks.value", "30_000") == "accepted as 30000");
  CHECK(set("published.assumptions.mean_attachment", "40%") == "accepted as 0.4");
  Scenario scenario;
  scenario.published.figures.message_storage.value = Bytes{1};
  find_field(path)->set(scenario, "none");
  CHECK_FALSE(scenario.published.figures.message_storage.value);
}
