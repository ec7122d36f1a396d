#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/budget.hpp"
#include "scenarios/spec/control.hpp"
#include "scenarios/spec/datacenter.hpp"
#include "scenarios/spec/faults.hpp"
#include "scenarios/spec/network.hpp"
#include "scenarios/spec/planning.hpp"
#include "scenarios/spec/population.hpp"
#include "scenarios/spec/prices.hpp"
#include "scenarios/spec/published.hpp"
#include "scenarios/spec/resilience.hpp"
#include "scenarios/spec/services.hpp"
#include "scenarios/spec/simulation.hpp"
#include "scenarios/spec/stores.hpp"

namespace chatsim::spec {

/// Everything that a run depends on. The defaults are a service for two billion users.
struct Scenario {
  std::string name = "unnamed";
  std::string description;
  std::uint64_t seed = 1;
  Simulation simulation;
  Datacenter datacenter;
  Population population;
  Services services;
  Stores stores;
  Control control;
  Faults faults;
  Resilience resilience;
  Network network;
  Planning planning;
  Prices prices;
  std::vector<Budget> budgets;
  Published published;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("name", &Scenario::name, Text{}, "short name, as results show it");
    visit("description", &Scenario::description, Text{}, "what this scenario is for");
    visit("seed", &Scenario::seed, at_least(0),
          "of every random stream; the same seed gives the same results");
    visit("simulation", &Scenario::simulation, Section{}, "how long to simulate, and what of it to measure");
    visit("datacenter", &Scenario::datacenter, Section{}, "the machines and the network between them");
    visit("population", &Scenario::population, Section{}, "who uses the service and how much");
    visit("services", &Scenario::services, Section{}, "the tiers that serve requests");
    visit("stores", &Scenario::stores, Section{}, "the replicated stores behind the services");
    visit("control", &Scenario::control, Section{}, "who is up, and how everybody comes to know it");
    visit("faults", &Scenario::faults, Section{}, "what breaks when");
    visit("resilience", &Scenario::resilience, Section{}, "what keeps a part that fails from taking the rest with it");
    visit("network", &Scenario::network, Section{}, "what holds for every request between machines");
    visit("planning", &Scenario::planning, Section{}, "what a plan has to hold, and under which load");
    visit("prices", &Scenario::prices, Section{}, "what machines, power and traffic cost, in US dollars");
    visit("budgets", &Scenario::budgets, List{}, "what a run has to come to, for it to pass");
    visit("published", &Scenario::published, Section{},
          "figures of a document about this service, for estimates beside it; a simulation does not look at them");
  }
};

/// When a run ends at the latest: with faults, after the time that it is given to settle.
Seconds horizon(const Scenario& scenario);
/// Whether anything is on that TierResilience counts.
bool is_resilient(const Scenario& scenario);

/// Machines of all services and stores and of the coordination service together.
int machines(const Scenario& scenario);

}  // namespace chatsim::spec
