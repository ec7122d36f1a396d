#include "tests/fuzz/random_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/catalogue/random_timetable.hpp"
#include "tests/fuzz/random_field.hpp"

namespace chatsim::fuzz {
namespace {

using spec::FieldNode;
using spec::Scenario;
using tests::Dice;

/// How long a run takes is what the base says, and what a run does not look at stays.
bool stays(const FieldNode& field) {
  constexpr std::string_view paths[] = {"seed", "name", "description", "simulation.duration", "simulation.warmup",
                                        "simulation.slice", "faults.settle", "faults.trace", "population.day"};
  constexpr std::string_view sections[] = {"published.", "planning.", "prices."};
  const auto is_in = [&](std::string_view section) { return field.path.starts_with(section); };
  return std::find(std::begin(paths), std::end(paths), field.path) != std::end(paths) ||
         std::any_of(std::begin(sections), std::end(sections), is_in);
}

void make_room(Scenario& scenario) {
  spec::Datacenter& datacenter = scenario.datacenter;
  const auto racks = spec::hosts(datacenter) / datacenter.hosts_per_rack;
  datacenter.hosts_per_rack = std::max(datacenter.hosts_per_rack, (spec::machines(scenario) + racks - 1) / racks);
}

/// Draws one field after the other. What does not go with those before is as it was: of whole scenarios drawn at once,
/// one in seven is valid.
void draw_fields(Scenario& scenario, Dice& dice) {
  constexpr double shares[] = {0.02, 0.1, 0.3, 0.6};
  const double share = dice.of(shares);
  spec::for_each_leaf(spec::scenario_fields(), [&](const FieldNode& field) {
    if (stays(field) || dice.between(0, 1) >= share) return;
    const std::string before = field.text(scenario);
    const auto value = random_value(field, before, dice);
    if (!value || field.set(scenario, *value)) return;
    make_room(scenario);
    if (!spec::validate(scenario).empty()) field.set(scenario, before);
  });
}

/// Shares that are 1 together.
void draw_shares(Scenario& scenario, Dice& dice) {
  if (dice.one_in(2)) {
    const double fixed = dice.below(11) / 10.0, mobile = dice.below(11) / 10.0 * (1 - fixed);
    spec::Access& access = scenario.population.access;
    access.fixed.share = spec::Probability{fixed};
    access.mobile.share = spec::Probability{mobile};
    access.slow.share = spec::Probability{1 - fixed - mobile};
  }
  scenario.datacenter.regions = dice.one_in(2) ? 1 : 2 + static_cast<int>(dice.below(2));
  if (scenario.datacenter.regions == 2 && dice.one_in(2)) scenario.population.regions = "70% 30%";
  if (scenario.datacenter.regions > 1 && dice.one_in(2)) {
    spec::for_each_store(scenario.stores, [&](const char*, spec::Store& store) {
      store.regions.rows = spec::RowRegions::home;
      store.regions.copies = static_cast<int>(dice.below(2));
      store.machines *= 2;
    });
  }
}

void draw_faults(Scenario& scenario, std::uint64_t seed, Dice& dice) {
  if (dice.one_in(2)) {
    const Scenario drawn = scenario;
    scenario = tests::with_random_faults(scenario, seed);
    // It draws how to configure what matters to faults, too; that is drawn above.
    if (dice.one_in(2)) {
      scenario.stores = drawn.stores;
      scenario.control = drawn.control;
      scenario.services = drawn.services;
    }
  } else if (!dice.one_in(3)) {
    // Most runs without faults are without random ones too.
    scenario.faults.random = {};
  }
}

/// A field or all of a section as the base has it.
void take_back(const FieldNode& node, Scenario& scenario, const Scenario& base) {
  if (node.kind == spec::FieldKind::list) return node.resize(scenario, 0);
  if (node.set) node.set(scenario, node.text(base));
  for (const FieldNode& child : node.children) take_back(child, scenario, base);
}

/// The first path that names something, from the inside out: "faults.timetable[2].target" is one of a list.
void take_back(const std::string& path, Scenario& scenario, const Scenario& base) {
  if (const FieldNode* node = spec::find_field(path.substr(0, path.find('[')))) take_back(*node, scenario, base);
}

}  // namespace

RandomScenario random_scenario(const Scenario& base, std::uint64_t seed) {
  Dice dice(seed);
  RandomScenario random{base, false};
  Scenario& scenario = random.scenario;
  draw_fields(scenario, dice);
  draw_shares(scenario, dice);
  draw_faults(scenario, seed, dice);
  scenario.seed = seed;
  make_room(scenario);
  random.valid_at_once = spec::validate(scenario).empty();
  for (int rounds = 0; rounds < 50; ++rounds) {
    const std::vector<spec::Issue> issues = spec::validate(scenario);
    if (issues.empty()) return random;
    for (const spec::Issue& issue : issues) {
      take_back(issue.path, scenario, base);
      // What it does not go together with as well, if that alone does not help.
      if (rounds < 3) continue;
      for (const std::string& path : issue.involves) take_back(path, scenario, base);
    }
    make_room(scenario);
  }
  scenario = base;
  return random;
}

std::string difference(const Scenario& scenario, const Scenario& base) {
  std::string options;
  spec::for_each_leaf(spec::scenario_fields(), scenario, [&](const FieldNode& field) {
    const std::string value = field.text(scenario);
    if (field.path.find('[') != std::string::npos) {
      // An item of a list is there once a field of it is set: its kind comes first.
      static const Scenario defaults;
      const bool is_default = !field.path.ends_with(".kind") && [&] {
        Scenario other;
        other.faults.timetable.resize(scenario.faults.timetable.size());
        other.budgets.resize(scenario.budgets.size());
        return field.text(other) == value;
      }();
      if (is_default) return;
    } else if (value == field.text(base)) {
      return;
    }
    options += fmt::format(" --set '{}={}'", field.path, value);
  });
  return options;
}

Scenario shrunk(Scenario scenario, const Scenario& base, const std::function<bool(const Scenario&)>& fails, int looks) {
  const auto try_it = [&](const Scenario& smaller) {
    if (looks-- <= 0 || !spec::validate(smaller).empty() || !fails(smaller)) return false;
    scenario = smaller;
    return true;
  };
  for (std::size_t i = scenario.faults.timetable.size(); i-- > 0;) {
    Scenario smaller = scenario;
    smaller.faults.timetable.erase(smaller.faults.timetable.begin() + static_cast<std::ptrdiff_t>(i));
    try_it(smaller);
  }
  // Whole sections first, then what is left of them.
  const std::function<void(const FieldNode&)> visit = [&](const FieldNode& node) {
    if (node.kind == spec::FieldKind::list) return;
    std::string now, before;
    spec::for_each_leaf(node, [&](const FieldNode& field) {
      now += field.text(scenario) + "\n";
      before += field.text(base) + "\n";
    });
    if (now == before) return;
    Scenario smaller = scenario;
    std::vector<spec::Fault> timetable = smaller.faults.timetable;
    take_back(node, smaller, base);
    smaller.faults.timetable = std::move(timetable);
    if (!node.path.empty() && try_it(smaller)) return;
    for (const FieldNode& child : node.children) visit(child);
  };
  visit(spec::scenario_fields());
  return scenario;
}

}  // namespace chatsim::fuzz
