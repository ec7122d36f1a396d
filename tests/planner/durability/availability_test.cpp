#include "planner/durability/availability.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using spec::Seconds;
using tests::figure;

namespace {

/// In place of a simulation: 1,000 messages, 500 deliveries and 10 logins a second and no uploads. Losing power costs
/// all of them while it lasts, a pod half the messages for two seconds, any other nothing.
spec::Result by_formula(const spec::Scenario& scenario, Seed seed) {
  const spec::Fault& fault = scenario.faults.timetable.at(0);
  const double time_s = (scenario.simulation.duration - scenario.simulation.warmup).value();
  const double noise = static_cast<double>(seed % 3) * 1e-3;
  const double lost_s = fault.target.starts_with("power") ? fault.lasts->value()
                        : fault.target.starts_with("pod") ? 1 + noise
                                                          : 0;
  spec::Result result;
  result.measured_s = time_s;
  result.messages.acknowledged = static_cast<std::uint64_t>(std::llround(1e3 * (time_s - lost_s)));
  result.deliveries.delivered = static_cast<std::uint64_t>(std::llround(500 * time_s));
  if (fault.target.starts_with("rack")) result.incidents.emplace_back().late = 250;
  result.sessions.completed = static_cast<std::uint64_t>(std::llround(10 * time_s));
  return result;
}

const Contribution& find(const OperationAvailability& operation, const std::string& what) {
  for (const Contribution& one : operation.contributions) {
    if (one.what == what) return one;
  }
  throw std::out_of_range(what);
}

spec::Scenario scenario() {
  spec::Scenario scenario;
  scenario.faults.random.power.time_to_failure = 2 * year;
  scenario.faults.random.power.time_to_repair = spec::Distribution::constant(Seconds{600});
  scenario.faults.random.pod.time_to_failure = 5 * year;
  return scenario;
}

}  // namespace

TEST_CASE("what fails: machines of every tier, disks of stores, racks, pods, power") {
  const std::vector<FailureCase> cases = failure_cases(scenario());
  CHECK(cases.size() == 5 + 2 * 4 + 3);
  CHECK(cases[0].what == "machine of gateway");
  const FailureCase& power = cases.back();
  CHECK(power.what == "power domain");
  CHECK(power.elements == 4);
  CHECK(power.target == "power");
  CHECK(figure("every two years", 0.5, power.rate.per_year(), 1e-9));
  const FailureCase& disks = cases[6];
  CHECK(disks.what == "disks of message_store");
  CHECK(disks.data == spec::FaultData::lost);
  CHECK(disks.rate.time_to_repair > Seconds{3600});  // Copying comes after the repair.
}

TEST_CASE("downtime is elements x rate x (once + part x time to repair)") {
  std::size_t trials = 0;
  AvailabilityOptions options;
  options.progress = [&](std::size_t done, std::size_t all) {
    CHECK(done < all);
    ++trials;
    CHECK(all == 3 * 33);
  };
  const Availability found = availability(scenario(), options, by_formula);
  CHECK(trials == 3 * 33);
  REQUIRE(found.operations.size() == 3);  // No uploads, nothing to say of them.
  const OperationAvailability& send = found.operations[0];
  CHECK(send.operation == "send");
  CHECK(send.contributions[0].what == "power domain");
  CHECK(figure("4 domains x 0.5 a year x 600 s", 1200, send.contributions[0].downtime_s.mean, 1e-3));
  CHECK(figure("all of it while it lasts", 1, send.contributions[0].while_it_lasts.value(), 1e-9));
  CHECK(figure("nothing beyond", 0, send.contributions[0].once.value(), 1e-6));
  const Contribution& pod = find(send, "pod");
  CHECK(figure("35 pods x 0.2 a year x 1.001 s", 7.007, pod.downtime_s.mean, 1e-3));
  CHECK(pod.while_it_lasts.value() == 0);
  CHECK(pod.downtime_s.half_width > 0);
  CHECK(figure("nines of 1207 s", -std::log10(1207.007 / year.value()), send.nines(), 1e-6));
  const OperationAvailability& deliver = found.operations[1];
  CHECK(deliver.contributions[0].what == "rack");
  CHECK(figure("250 late of 500/s", 0.5, deliver.contributions[0].once.value(), 1e-9));
  CHECK(std::isinf(found.operations[2].nines()));
}

TEST_CASE("a few operations more or less are no cost while a failure lasts") {
  AvailabilityOptions options;
  options.kinds = {"pod"};
  const auto more_by = [&](std::uint64_t lost) {
    const Availability found = availability(scenario(), options, [&](const spec::Scenario& one, Seed seed) {
      spec::Result result = by_formula(one, seed);
      const spec::Fault& fault = one.faults.timetable[0];
      if (fault.kind == spec::FaultKind::unplug && fault.lasts > options.shorter) result.messages.acknowledged -= lost;
      return result;
    });
    return found.operations[0].contributions[0].while_it_lasts.value();
  };
  CHECK(more_by(5) == 0);
  CHECK(figure("500 more of 1,000/s in 10 s", 0.05, more_by(500), 1e-9));
}

TEST_CASE("kinds can be left out, and an interrupt ends it") {
  AvailabilityOptions options;
  options.kinds = {"pod"};
  const Availability found = availability(scenario(), options, by_formula);
  CHECK(found.operations[0].contributions.size() == 1);
  const Availability cut_short = availability(scenario(), options, [](const spec::Scenario&, Seed) {
    spec::Result result;
    result.interrupted = true;
    return result;
  });
  CHECK(cut_short.interrupted);
  CHECK(cut_short.operations.empty());
}
