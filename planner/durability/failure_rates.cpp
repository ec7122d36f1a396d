#include "planner/durability/failure_rates.hpp"

namespace chatsim::planner {
namespace {

FailureRate rate_of(const char* kind, const spec::FailureProcess& process, double usual_per_year, const char* source) {
  FailureRate found{kind, usual_per_year / year, spec::Seconds{process.time_to_repair.mean()}, source};
  if (process.time_to_failure) {
    found.rate = 1 / *process.time_to_failure;
    found.source = std::string("faults.random.") + kind;
  }
  return found;
}

}  // namespace

FailureRates failure_rates(const spec::Scenario& scenario, int disks_of_machine) {
  constexpr double of_disk = 0.02, of_switch = 0.1, of_power_unit = 1.0 / 3;
  const spec::RandomFaults& random = scenario.faults.random;
  return {
      .machine = rate_of("machine", random.machine, 1, "assumed: once a year (Dean, LADIS 2009: 1,000 of 1,800)"),
      .disk = rate_of("disk", random.disk, of_disk * disks_of_machine,
                      "assumed: 2 % a year of each disk (Schroeder, Gibson, FAST 2007), with all data of the machine"),
      .rack = rate_of("rack", random.rack, of_switch, "assumed: its switch once in ten years"),
      .pod = rate_of("pod", random.pod, of_switch, "assumed: its switches once in ten years"),
      .power = rate_of("power", random.power, of_power_unit, "assumed: once in three years (Dean, LADIS 2009)")};
}

}  // namespace chatsim::planner
