#include "planner/search/capacity.hpp"

#include <algorithm>
#include <cmath>

#include "planner/plan/sizing.hpp"
#include "planner/search/requirements.hpp"

namespace chatsim::planner {
namespace {

constexpr double stride = 1.5;  ///< Between loads, while one end is not known.
constexpr double load_min = 1e-4, load_max = 1e4;

/// The load at which the first tier is as utilised as a plan allows, by the traffic equations alone.
double guess_of(const spec::Scenario& scenario) {
  double most = 0;
  for (const Station& station : stations(scenario)) most = std::max(most, station.utilisation() / scenario.planning.utilisation.value());
  const double load = scenario.population.load_factor;
  return most > 0 ? std::clamp(load / most, load_min, load_max) : load;
}

LoadProbe probe_of(double load, const GateOutcome& outcome) {
  LoadProbe probe{.load_factor = load, .standing = outcome.standing(), .budgets = outcome.budgets, .runs = 0, .busiest_tier = "", .utilisation = 0};
  const std::vector<const spec::Result*> results = outcome.results();
  probe.runs = results.size();
  if (results.empty()) return probe;
  for (const spec::TierSummary& tier : results.front()->tiers) {
    if (tier.utilisation <= probe.utilisation) continue;
    probe.utilisation = tier.utilisation;
    probe.busiest_tier = tier.name;
  }
  return probe;
}

class Search {
 public:
  Search(const spec::Scenario& scenario, const CapacityOptions& options, const Judge& judge)
      : scenario_(scenario), options_(options), judge_(judge) {
    scenario_.budgets = requirements(scenario);
  }

  Capacity run() {
    capacity_.guess = guess_of(scenario_);
    while (capacity_.probes.size() < options_.probes_max) {
      const auto next = next_load();
      if (!next) {
        capacity_.complete = true;
        break;
      }
      if (!probe(*next)) break;
    }
    std::sort(capacity_.probes.begin(), capacity_.probes.end(),
              [](const LoadProbe& a, const LoadProbe& b) { return a.load_factor < b.load_factor; });
    return std::move(capacity_);
  }

 private:
  /// Nothing once both ends are known well enough.
  std::optional<double> next_load() const {
    const double low_open = open_min_ ? *open_min_ : capacity_.breaks.value_or(0);
    const double high_open = open_max_ ? *open_max_ : capacity_.holds.value_or(0);
    if (!capacity_.holds) {
      const double below = low_open > 0 ? low_open / stride : capacity_.guess;
      return below >= load_min ? std::optional(below) : std::nullopt;
    }
    if (low_open == 0) {
      const double above = *capacity_.holds * stride;
      return above <= load_max ? std::optional(above) : std::nullopt;
    }
    if (is_wide(*capacity_.holds, low_open)) return std::sqrt(*capacity_.holds * low_open);
    if (!capacity_.breaks) return high_open * stride <= load_max ? std::optional(high_open * stride) : std::nullopt;
    if (open_max_ && is_wide(high_open, *capacity_.breaks)) return std::sqrt(high_open * *capacity_.breaks);
    return std::nullopt;
  }

  bool is_wide(double low, double high) const { return high / low - 1 > options_.precision; }

  /// \returns whether to go on.
  bool probe(double load) {
    const GateOutcome outcome = judge_(at_load(scenario_, load));
    if (outcome.results().empty()) return false;
    const LoadProbe& probe = capacity_.probes.emplace_back(probe_of(load, outcome));
    switch (probe.standing) {
      case Standing::met:
        capacity_.holds = std::max(load, capacity_.holds.value_or(load));
        break;
      case Standing::missed:
        capacity_.breaks = std::min(load, capacity_.breaks.value_or(load));
        break;
      case Standing::inconclusive:
      case Standing::no_data:
        open_min_ = std::min(load, open_min_.value_or(load));
        open_max_ = std::max(load, open_max_.value_or(load));
    }
    return outcome.ending == Ending::all_done;
  }

  spec::Scenario scenario_;
  const CapacityOptions& options_;
  const Judge& judge_;
  Capacity capacity_;
  std::optional<double> open_min_, open_max_;
};

}  // namespace

const LoadProbe* Capacity::probe_at(double load_factor) const {
  const auto found = std::find_if(probes.begin(), probes.end(),
                                  [&](const LoadProbe& probe) { return probe.load_factor == load_factor; });
  return found == probes.end() ? nullptr : &*found;
}

std::vector<BudgetVerdict> Capacity::first_to_break() const {
  const LoadProbe* first = nullptr;
  for (const LoadProbe& probe : probes) {
    if (probe.standing != Standing::met && (!first || probe.load_factor < first->load_factor)) first = &probe;
  }
  std::vector<BudgetVerdict> broken;
  if (first == nullptr) return broken;
  std::copy_if(first->budgets.begin(), first->budgets.end(), std::back_inserter(broken),
               [&](const BudgetVerdict& verdict) { return verdict.standing == first->standing; });
  std::stable_sort(broken.begin(), broken.end(), [](const BudgetVerdict& a, const BudgetVerdict& b) {
    const double margin_a = a.margin(), margin_b = b.margin();
    return std::isnan(margin_b) ? !std::isnan(margin_a) : margin_a < margin_b;
  });
  return broken;
}

Capacity find_capacity(const spec::Scenario& scenario, const CapacityOptions& options, const Judge& judge) {
  return Search(scenario, options, judge).run();
}

}  // namespace chatsim::planner
