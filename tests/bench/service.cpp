#include <atomic>
#include <stdexcept>

#include "models/run/run.hpp"
#include "scenarios/json/result_json.hpp"
#include "scenarios/loader/load.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

spec::Scenario full_system() {
  const loader::LoadOutcome loaded = loader::load({CHATSIM_SCENARIOS "/chat_2b.yaml", {}, {}});
  if (!loaded.scenario) throw std::runtime_error(loaded.issues.front().message);
  return *loaded.scenario;
}

/// A slice of the full system: the same load on every machine.
spec::Scenario full_system_divided_by(int scale, spec::Seconds duration) {
  spec::Scenario scenario = full_system();
  scenario.simulation = {duration, spec::Seconds{0.2}, spec::Seconds{0.1}, 1.0 / scale};
  return scenario;
}

/// Of all that a result says, but for the cost of the simulator.
std::string hash_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  Hash hash;
  for (const char character : json::to_json(result).dump()) hash.add(static_cast<unsigned char>(character));
  return hash.text();
}

}  // namespace

Row measure_service(std::uint64_t machines) {
  const int scale = static_cast<int>(50'000 / machines);
  const spec::Seconds duration{scale >= 100 ? 4.0 : scale >= 10 ? 1.2 : 0.6};
  const spec::Scenario scenario = full_system_divided_by(scale, duration);

  const std::uint64_t bytes_before = resident_bytes();
  struct Moment {
    double processor_s = 0, simulated_s = 0;
    std::uint64_t events = 0;
  } begin, end;
  const std::atomic<bool> never{false};
  const spec::Result result = models::simulate(scenario, never, [&](const models::Progress& progress) {
    if (progress.phase == models::Progress::Phase::building) return;
    end = {processor_s(), progress.simulated_s, progress.events};
    if (begin.events == 0 && end.simulated_s >= scenario.simulation.warmup.value()) begin = end;
  });

  const double seconds = end.processor_s - begin.processor_s;
  const auto events = static_cast<double>(end.events - begin.events);
  double events_per_message = 0;
  for (const spec::StepEvents& step : result.events_per_message) events_per_message += step.per_message;
  return {{"machines", result.machines},
          {"events_per_s", events / seconds},
          {"ns_per_event", seconds * 1e9 / events},
          {"messages_per_s", events / seconds / events_per_message},
          {"events_per_message", events_per_message},
          {"processor_s_per_simulated_s", seconds / (end.simulated_s - begin.simulated_s)},
          {"bytes_per_machine", (result.peak_rss_bytes - bytes_before) / result.machines},
          {"peak_rss_bytes", result.peak_rss_bytes},
          {"hash", hash_of(result)}};
}

}  // namespace chatsim::bench
