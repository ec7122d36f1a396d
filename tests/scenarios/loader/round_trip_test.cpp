#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "scenarios/loader/dump.hpp"
#include "scenarios/loader/load.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scratch.hpp"

using namespace chatsim;
using namespace chatsim::loader;
using spec::FieldKind;

namespace {

/// A random text that the field may accept.
std::string random_text(const spec::FieldNode& field, std::mt19937_64& random) {
  const auto pick = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const double magnitude = std::pow(10, std::uniform_real_distribution<double>(-3, 6)(random));
  const std::string number = std::to_string(pick(2) == 0 ? std::ceil(magnitude) : magnitude);
  switch (field.kind) {
    case FieldKind::text: {
      std::string text;
      for (std::size_t i = pick(20); i > 0; --i) text += static_cast<char>(pick(127) + 1);
      return text;
    }
    case FieldKind::whole_number:
      return std::to_string(static_cast<int>(std::ceil(magnitude)));
    case FieldKind::number:
      return number;
    case FieldKind::probability:
      return std::to_string(std::uniform_real_distribution<double>(0, 1)(random));
    case FieldKind::quantity:
      return number + std::string(field.units[pick(field.units.size())]);
    case FieldKind::choice:
      return std::string(field.choices[pick(field.choices.size())]);
    case FieldKind::distribution: {
      const std::string unit = field.samples == spec::Samples::durations ? "ms"
                               : field.samples == spec::Samples::sizes   ? "kB"
                                                                         : "";
      const std::string forms[] = {
          number + unit, "exponential(" + number + unit + ")",
          "lognormal(median=" + number + unit + ", sigma=0.7)",
          "mixture(0.25 " + number + unit + ", 0.75 pareto(x_min=3" + unit + ", alpha=2.5))"};
      return forms[pick(4)];
    }
    case FieldKind::section:
    case FieldKind::list:
      break;
  }
  return "";
}

}  // namespace

TEST_CASE("A dumped scenario loads back as the same") {
  const Scratch scratch;
  std::mt19937_64 random(7);
  int valid = 0;
  for (int i = 0; i < 300; ++i) {
    spec::Scenario scenario;
    // Few fields at a time, or the checks across fields refuse most scenarios.
    for (int changes = i % 6; changes > 0; --changes) {
      std::vector<const spec::FieldNode*> fields;
      spec::for_each_leaf(spec::scenario_fields(),
                          [&](const spec::FieldNode& field) { fields.push_back(&field); });
      const auto& field = *fields[std::uniform_int_distribution<std::size_t>(0, fields.size() - 1)(random)];
      field.set(scenario, random_text(field, random));
    }
    // Control characters included.
    spec::find_field("description")->set(scenario, random_text(*spec::find_field("description"), random));
    const std::string yaml = to_yaml(scenario);
    const auto outcome = load({scratch.write("a.yaml", yaml), {}, {}});
    if (!outcome.scenario) {
      // Only checks across fields may refuse it.
      for (const Issue& issue : outcome.issues) {
        INFO(to_text(issue));
        if (issue.path == "faults.trace") continue;  // There is no file of such a name.
        REQUIRE(spec::find_field(issue.path) != nullptr);
        REQUIRE((issue.message.find("too ") != std::string::npos ||
                 issue.message.find("nothing to measure") != std::string::npos ||
                 issue.message.find("must be 1") != std::string::npos ||
                 issue.message.find("needs a region with a copy") != std::string::npos ||
                 issue.message.find("is not possible while") != std::string::npos ||
                 issue.message.find("is simulated") != std::string::npos ||
                 issue.message.find("leaves no replica to ask") != std::string::npos ||
                 issue.message.find("needs hedged reads") != std::string::npos ||
                 issue.message.find("must be 0") != std::string::npos ||
                 issue.message.find("does not say where users live") != std::string::npos ||
                 issue.message.find("choose message") != std::string::npos));
      }
      continue;
    }
    ++valid;
    REQUIRE(to_yaml(*outcome.scenario) == yaml);
    REQUIRE(outcome.scenario->description == scenario.description);
  }
  CHECK(valid > 100);
}
