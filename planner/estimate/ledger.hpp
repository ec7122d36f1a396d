#pragma once

#include <string_view>
#include <vector>

#include "planner/estimate/figure.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// The figures that size a service by closed formulas: rates, rows, storage, disks, machines.
struct Ledger {
  std::vector<Figure> figures;

  /// There must be one of this name.
  const Figure& figure(std::string_view name) const;
};

/// Of the mean day: population.load_factor raises what a machine has to serve, and none of these figures.
/// `published` and `recomputed` are there when the scenario has a published section.
Ledger ledger(const spec::Scenario& scenario);

/// Whether the scenario says what a document publishes or calculates with.
bool has_document(const spec::Scenario& scenario);

}  // namespace chatsim::planner
