#include "tests/bench/service.hpp"

#include <atomic>
#include <stdexcept>

#include "models/run/run.hpp"
#include "scenarios/json/result_json.hpp"
#include "scenarios/loader/load.hpp"
#include "scenarios/spec/slice.hpp"
#include "scenarios/spec/validate.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::bench {

namespace {

constexpr std::uint64_t machines_of_chat_2b = 50'000;
constexpr std::uint64_t machines_of_curves = 5'000;

spec::Scenario chat_2b() {
  const loader::LoadOutcome loaded = loader::load({CHATSIM_SCENARIOS "/chat_2b.yaml", {}, {}});
  if (!loaded.scenario) throw std::runtime_error(loaded.issues.front().message);
  return *loaded.scenario;
}

/// More machines of every tier in more pods, for more users who do the same.
void multiply(spec::Scenario& scenario, int factor) {
  spec::Population& population = scenario.population;
  for (double* number : {&population.users, &population.groups, &population.messages_per_day,
                         &population.group_changes_per_day, &population.profile_changes_per_day}) {
    *number *= factor;
  }
  population.attachments.hot_objects *= factor;
  scenario.datacenter.pods_per_datacenter *= factor;
  spec::Services& services = scenario.services;
  for (int* machines : {&services.gateway.machines, &services.messaging.machines, &services.group.machines,
                        &services.profile.machines, &services.blob.machines}) {
    *machines *= factor;
  }
  spec::for_each_store(scenario.stores, [&](const char*, spec::Store& store) {
    store.machines *= factor;
    store.repair.bandwidth = store.repair.bandwidth * factor;
  });
}

spec::Simulation measured_for(std::uint64_t machines) {
  spec::Simulation simulation;
  simulation.warmup = spec::Seconds{0.2};
  simulation.duration = spec::Seconds{machines <= 500 ? 4.0 : machines <= 5'000 ? 1.2 : machines <= 50'000 ? 0.6 : 0.4};
  return simulation;
}

/// Of all that a result says, but for the cost of the simulator.
std::string hash_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  Hash hash;
  hash.add(json::to_json(result).dump());
  return hash.text();
}

/// How far a simulation had come, and at which cost.
struct Moment {
  double processor_s = 0, simulated_s = 0;
  std::uint64_t events = 0;
};

Row row_of(const spec::Scenario& scenario, const spec::Result& result, const Moment& begin, const Moment& end) {
  const double seconds = end.processor_s - begin.processor_s;
  double events_per_message = 0;
  for (const spec::StepEvents& step : result.events_per_message) events_per_message += step.per_message;
  const std::uint64_t events = end.events - begin.events;
  Row row = {{"machines", result.machines}};
  row.update(rates(events, seconds));
  row["messages_per_s"] = row["events_per_s"].get<double>() / events_per_message;
  row["events_per_message"] = events_per_message;
  row["processor_s_per_simulated_s"] = seconds / (end.simulated_s - begin.simulated_s);
  row["messages_per_simulated_s"] = spec::message_rate(spec::slice(scenario).population).value();
  row["hash"] = hash_of(result);
  return row;
}

}  // namespace

spec::Scenario chat_2b_at(std::uint64_t machines) {
  spec::Scenario scenario = chat_2b();
  scenario.simulation = measured_for(machines);
  scenario.simulation.window = spec::Seconds{0.1};
  if (machines > machines_of_chat_2b) {
    multiply(scenario, static_cast<int>(machines / machines_of_chat_2b));
  } else {
    scenario.simulation.slice = static_cast<double>(machines) / static_cast<double>(machines_of_chat_2b);
  }
  return scenario;
}

ServiceRun run_service(const spec::Scenario& scenario) {
  if (const auto issues = spec::validate(scenario); !issues.empty()) throw std::runtime_error(issues.front().message);
  Moment begin, end;
  const std::atomic<bool> never{false};
  const spec::Result result = models::simulate(scenario, never, [&](const models::Progress& progress) {
    if (progress.phase == models::Progress::Phase::building) return;
    end = {processor_s(), progress.simulated_s, progress.events};
    if (begin.events == 0 && end.simulated_s >= scenario.simulation.warmup.value()) begin = end;
  });
  return {row_of(scenario, result, begin, end), result};
}

Row measure_service(std::uint64_t machines) { return run_service(chat_2b_at(machines)).row; }

Row measure_load(std::uint64_t percent) {
  spec::Scenario scenario = chat_2b_at(machines_of_curves);
  scenario.population.load_factor = 0.01 * static_cast<double>(percent);
  Row row = run_service(scenario).row;
  row["load_percent"] = percent;
  return row;
}

Row measure_group_size(std::uint64_t members) {
  spec::Scenario scenario = chat_2b_at(machines_of_curves);
  spec::Population& population = scenario.population;
  const double recipients = spec::recipients_per_message(population);
  population.group_size = spec::Distribution::lognormal_with_mean(static_cast<double>(members), 1);
  population.load_factor = recipients / spec::recipients_per_message(population);
  Row row = run_service(scenario).row;
  row["group_size_mean"] = members;
  row["recipients_per_message"] = spec::recipients_per_message(population);
  return row;
}

}  // namespace chatsim::bench
