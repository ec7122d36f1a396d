#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What a run of the scenario has to come to.
struct Budget {
  std::string holds;
  std::string because;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("holds", &Budget::holds, Text{},
          "a figure of run.json beside its limit: 'latency.send_to_deliver.p99 <= 250ms', 'messages.failed == 0', "
          "'incidents.incident_1.full_health <= 20s', 'incidents.incident_1.after.failed_per_s < 1'; the unit at the end of "
          "a path may be left out where the limit has one");
    visit("because", &Budget::because, Text{}, "why, for who reads the verdict");
  }
};

/// A budget that was read.
struct BudgetTerms {
  enum class Relation { less, at_most, equal, at_least, more };
  std::string path;  ///< As written.
  Relation relation = Relation::at_most;
  double limit = 0;  ///< In seconds or bytes if it has such a unit.
  enum class Unit { none, seconds, bytes };
  Unit unit = Unit::none;

  bool holds(double value) const;
};
std::string_view relation_text(BudgetTerms::Relation relation);

/// \returns nothing and sets `error` where it makes no sense.
std::optional<BudgetTerms> parse_budget(std::string_view text, std::string& error);

}  // namespace chatsim::spec
