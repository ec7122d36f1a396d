#include "models/run/simulate_on.hpp"

#include <sys/resource.h>

#include "models/run/chat_service.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::models {

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// The run is over when everything has come to rest, or the time for that.
sim::Task<void> settle_after(sim::World* world, const spec::Scenario* scenario, ChatService* service,
                             std::optional<spec::Result>* result) {
  co_await sim::sleep(world->scheduler, sim::to_duration(scenario->simulation.duration));
  *result = service->report();
  service->heal();
  do {
    co_await sim::sleep(world->scheduler, sim::to_duration(scenario->simulation.window));
  } while (!service->left_open().settled);
  world->plane.stop();
}

sim::Task<void> measure_from(sim::Scheduler* scheduler, sim::Duration warmup, ChatService* service) {
  co_await sim::sleep(*scheduler, warmup);
  service->begin_measuring();
}

}  // namespace

spec::Result simulate_on(sim::World& world, const spec::Scenario& whole, const BuildCost& build,
                         const std::atomic<bool>& stop, const ProgressCallback& progress,
                         const Interlude* interlude) {
  spec::Scenario scenario = spec::slice(whole);
  std::vector<std::string> size_dependent = spec::size_dependent(whole);
  const auto report_progress = [&](Progress::Phase phase, double simulated_s, std::uint64_t events) {
    if (progress) progress({phase, simulated_s, scenario.simulation.duration.value(), events, seconds_since(build.begin)});
  };

  if (scenario.simulation.fidelity == spec::Fidelity::flow) world.carry_by_flows();
  ChatService service(world, scenario);
  // Without a warm-up nothing may come before measuring begins.
  const sim::Duration warmup = sim::to_duration(scenario.simulation.warmup);
  if (warmup == sim::Duration{}) {
    service.begin_measuring();
  } else {
    sim::spawn(sim::no_machine, measure_from(&world.scheduler, warmup, &service));
  }
  service.start();
  bool told_to_stop = false;
  world.plane.on_pulse([&] {
    report_progress(Progress::Phase::running, sim::to_seconds(world.scheduler.now()).value(), world.scheduler.events());
    if (!stop) return;
    told_to_stop = true;
    world.plane.stop();
  });
  if (interlude != nullptr) {
    world.plane.once_at(sim::to_time(interlude->at), [&] {
      const std::optional<spec::Scenario> changed = interlude->change();
      if (!changed) return;
      scenario = spec::slice_like(*changed, whole);
      service.reconfigure();
      for (std::string& figure : spec::size_dependent(*changed)) {
        if (!spec::is_listed(size_dependent, figure)) size_dependent.push_back(std::move(figure));
      }
    });
  }
  const sim::Time end = sim::to_time(scenario.simulation.duration);
  const sim::Time horizon = sim::to_time(spec::horizon(scenario));
  std::optional<spec::Result> measured;  // At the end, if the run goes on after it.
  if (horizon > end) sim::spawn(sim::no_machine, settle_after(&world, &scenario, &service, &measured));
  world.plane.run_until(horizon);
  report_progress(Progress::Phase::finishing, sim::to_seconds(world.scheduler.now()).value(), world.scheduler.events());

  // Stopped while it warmed up: nothing was measured.
  if (world.scheduler.now() < sim::to_time(scenario.simulation.warmup)) service.begin_measuring();
  spec::Result result = measured ? *std::move(measured) : service.report();
  // Whether it would have come to rest nobody knows then.
  const bool cut_short = measured && told_to_stop && !service.left_open().settled;
  if (measured && !cut_short) service.report_settled(result);
  result.slice = whole.simulation.slice;
  result.fidelity = spec::enum_name(scenario.simulation.fidelity);
  result.size_dependent = std::move(size_dependent);
  result.interrupted = world.scheduler.now() < end || cut_short;
  result.platform_build_s = build.platform_s;
  result.wall_s = seconds_since(build.begin);
  result.peak_rss_bytes = peak_rss_bytes();
  return result;
}

spec::Result simulate(const spec::Scenario& scenario, const std::atomic<bool>& stop,
                      const ProgressCallback& progress) {
  BuildCost build;
  if (progress) progress({Progress::Phase::building, 0, scenario.simulation.duration.value(), 0, 0});
  sim::World world(spec::slice(scenario).datacenter);
  build.platform_s = seconds_since(build.begin);
  return simulate_on(world, scenario, build, stop, progress);
}

}  // namespace chatsim::models
