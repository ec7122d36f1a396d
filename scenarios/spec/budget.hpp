#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What a run of the scenario has to come to.
struct Budget {
  std::string holds;
  std::string phase;
  std::string because;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("holds", &Budget::holds, Text{},
          "a figure of run.json beside its limit: 'latency.send_to_deliver.p99 <= 250ms', 'messages.failed == 0', "
          "'incidents.incident_1.full_health <= 20s', 'incidents.incident_1.after.failed_per_s < 1'; the unit at the end of "
          "a path may be left out where the limit has one; of the windows of a time series the min, mean, max or last: "
          "'series.waiting.max <= 500'");
    visit("phase", &Budget::phase, Text{},
          "the part of the run in which it holds: 'before incident_1', 'during incident_1' or 'after incident_1'; 'during' "
          "alone: in the worst of all incidents; empty: all that was measured");
    visit("because", &Budget::because, Text{}, "why, for who reads the verdict");
  }
};

/// The part of a run that a budget is about.
struct Phase {
  enum class Part { whole, before, during, after };
  Part part = Part::whole;
  std::string incident;  ///< Empty: any of them.
};
std::string_view part_text(Phase::Part part);  ///< "during"

/// A budget that was read.
struct BudgetTerms {
  enum class Relation { less, at_most, equal, at_least, more };
  std::string path;  ///< As written.
  Relation relation = Relation::at_most;
  double limit = 0;  ///< In seconds or bytes if it has such a unit.
  enum class Unit { none, seconds, bytes };
  Unit unit = Unit::none;
  Phase phase;

  bool holds(double value) const;
};
std::string_view relation_text(BudgetTerms::Relation relation);

/// \returns nothing and sets `error` where it makes no sense.
std::optional<BudgetTerms> parse_budget(const Budget& budget, std::string& error);
std::optional<Phase> parse_phase(std::string_view text, std::string& error);

/// Endings of names of metrics in that unit, and how many of it are a second or a byte.
struct UnitEnding {
  std::string_view text;
  BudgetTerms::Unit unit;
  double per_base;
};
inline constexpr std::array<UnitEnding, 3> unit_endings{{{"_ms", BudgetTerms::Unit::seconds, 1e3},
                                                         {"_s", BudgetTerms::Unit::seconds, 1},
                                                         {"_bytes", BudgetTerms::Unit::bytes, 1}}};
/// Of a metric; empty text where it has none that a limit can have.
UnitEnding unit_ending(std::string_view metric);

}  // namespace chatsim::spec
