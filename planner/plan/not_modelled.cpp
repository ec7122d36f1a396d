#include "planner/plan/not_modelled.hpp"

#include <array>

namespace chatsim::planner {
namespace {

using spec::Scenario;

struct Entry {
  enum class Of { both, estimate, plan };
  Of of;  ///< Which formulas leave it out.
  const char* path;
  bool (*is_used)(const Scenario&);
  const char* effect;
};

bool drains_gateways(const Scenario& scenario) { return scenario.services.gateway.drain.gateways.value() > 0; }

bool follows_the_day(const Scenario& scenario) { return scenario.population.daily_curve.amplitude > 0; }

bool evicts_profiles(const Scenario& scenario) {
  const spec::Profile& profile = scenario.services.profile;
  return profile.machines * profile.cache_per_machine < scenario.population.users * profile.row;
}

bool forgets_profiles(const Scenario& scenario) {
  // A day, by default, is forever beside what a plan looks at.
  return scenario.services.profile.time_to_live < spec::Profile{}.time_to_live;
}

bool has_jitter(const Scenario& scenario) { return scenario.network.jitter.mean() > 0; }

bool has_regions(const Scenario& scenario) { return scenario.datacenter.regions > 1; }

bool changes_machines(const Scenario& scenario) {
  bool changes = false;
  spec::for_each_store(scenario.stores, [&](const char*, const spec::Store& store) { changes |= store.growth.machines != 0; });
  return changes;
}

bool breaks(const Scenario& scenario) { return scenario.faults.any(); }

bool scales(const Scenario& scenario) {
  return scenario.services.messaging.autoscaler.on() || scenario.services.group.autoscaler.on();
}

bool sheds(const Scenario& scenario) {
  return spec::is_resilient(scenario) || scenario.resilience.degradation.on() || scenario.resilience.retry.budget.has_value();
}

bool has_spare_gateways(const Scenario& scenario) { return scenario.services.gateway.spare > 0; }

const std::array entries{
    Entry{Entry::Of::both, "faults", breaks, "everything is well all the time: not what breaks, nor what comes of it"},
    Entry{Entry::Of::both, "autoscaler", scales, "all machines of a tier serve all the time"},
    Entry{Entry::Of::both, "resilience", sheds,
          "every request is served once: none is hedged, shed, refused or given up, and nothing is left out"},
    Entry{Entry::Of::both, "services.gateway.spare", has_spare_gateways, "gateways that stand by are not there"},
    Entry{Entry::Of::estimate, "datacenter.regions", has_regions,
          "all machines are as near to each other as in one region: not the wide area between them, nor copies to other regions"},
    Entry{Entry::Of::both, "stores.growth", changes_machines,
          "machines that join or leave during the run: the plan is for those that are there at its start"},
    Entry{Entry::Of::plan, "network.jitter", has_jitter, "what the network adds to a way by chance"},
    Entry{Entry::Of::both, "services.gateway.drain", drains_gateways,
          "clients that are sent away all log in again: the load of these logins and the connections elsewhere"},
    Entry{Entry::Of::both, "population.daily_curve", follows_the_day,
          "one load holds all the time, the mean times population.load_factor: not how it changes, nor what queues up "
          "in the hours of the peak"},
    Entry{Entry::Of::plan, "services.profile.cache_per_machine", evicts_profiles,
          "not all profiles fit into the cache: what is missed is read from profile_store"},
    Entry{Entry::Of::plan, "services.profile.time_to_live", forgets_profiles,
          "cached profiles expire: they are read from profile_store again"},
};

}  // namespace

std::vector<NotModelled> not_modelled(const Scenario& scenario, Formulas by) {
  std::vector<NotModelled> found;
  const Entry::Of of = by == Formulas::plan ? Entry::Of::plan : Entry::Of::estimate;
  for (const Entry& entry : entries) {
    if ((entry.of == Entry::Of::both || entry.of == of) && entry.is_used(scenario))
      found.push_back({entry.path, entry.effect});
  }
  return found;
}

std::string text_of(const NotModelled& one) { return one.path + ": " + one.effect; }

}  // namespace chatsim::planner
