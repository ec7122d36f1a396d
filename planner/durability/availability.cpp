#include "planner/durability/availability.hpp"

#include <algorithm>
#include <cmath>

#include "planner/experiment/statistics.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::planner {
namespace {

constexpr const char* operations[] = {"send", "deliver", "login", "upload"};
constexpr std::size_t operation_count = std::size(operations);

/// Operations that were done in time.
using Done = std::array<double, operation_count>;

Done done_in(const spec::Result& result) {
  double late = 0;
  for (const spec::IncidentReport& incident : result.incidents) late += static_cast<double>(incident.late);
  return {static_cast<double>(result.messages.acknowledged), static_cast<double>(result.deliveries.delivered) - late,
          static_cast<double>(result.sessions.completed), static_cast<double>(result.blobs.uploads)};
}

/// The scenario with one fault and nothing else that breaks.
spec::Scenario with_fault(spec::Scenario scenario, const AvailabilityOptions& options, spec::Fault fault) {
  fault.at = scenario.simulation.warmup + options.before;
  scenario.simulation.duration = fault.at + options.longer + options.after;
  scenario.faults.trace.clear();
  for (spec::FailureProcess* process :
       {&scenario.faults.random.machine, &scenario.faults.random.disk, &scenario.faults.random.rack,
        &scenario.faults.random.pod, &scenario.faults.random.power}) {
    process->time_to_failure.reset();
  }
  scenario.faults.settle = spec::Seconds{0};
  scenario.faults.timetable = {fault};
  return scenario;
}

/// Operations that a fault of either length cost, by seed, and what they are a second where nothing fails.
struct Impacts {
  std::vector<double> shorter, longer;
  std::vector<double> per_s;
};

/// Whether the longer fault cost more than chance explains, with losses that are independent of each other and a few by
/// which two runs of one seed differ after anything happened.
bool costs_while_it_lasts(const Impacts& impacts) {
  constexpr double deviations = 3, of_itself = 10;
  double more = 0, variance = 0;
  for (std::size_t i = 0; i < impacts.longer.size(); ++i) {
    more += impacts.longer[i] - impacts.shorter[i];
    variance += std::abs(impacts.longer[i]) + std::abs(impacts.shorter[i]) + of_itself;
  }
  return more > deviations * std::sqrt(variance);
}

Contribution contribution_of(const FailureCase& failure, const AvailabilityOptions& options, const Impacts& impacts) {
  Contribution found{.what = failure.what,
                     .failures_per_year = static_cast<double>(failure.elements) * failure.rate.per_year(),
                     .once = {},
                     .while_it_lasts = {},
                     .time_to_repair = failure.rate.time_to_repair,
                     .downtime_s = {}};
  const double step_s = (options.longer - options.shorter).value();
  const double mean_length_s = (options.longer + options.shorter).value() / 2;
  const bool lasts = costs_while_it_lasts(impacts);
  std::vector<double> parts, once, downtimes;
  for (std::size_t i = 0; i < impacts.shorter.size(); ++i) {
    const double shorter_s = impacts.shorter[i] / impacts.per_s[i], longer_s = impacts.longer[i] / impacts.per_s[i];
    parts.push_back(lasts ? std::clamp((longer_s - shorter_s) / step_s, 0.0, 1.0) : 0.0);
    once.push_back((longer_s + shorter_s) / 2 - parts[i] * mean_length_s);
    downtimes.push_back(found.failures_per_year * (once[i] + parts[i] * found.time_to_repair.value()));
  }
  found.once = spec::Seconds{mean(once)};
  found.while_it_lasts = spec::Probability{mean(parts)};
  if (const auto downtime = t_interval(downtimes)) found.downtime_s = *downtime;
  return found;
}

/// The chances of different kinds are independent: half-widths add up as standard deviations do.
void sum_up(OperationAvailability& operation) {
  std::stable_sort(operation.contributions.begin(), operation.contributions.end(),
                   [](const Contribution& a, const Contribution& b) { return a.downtime_s.mean > b.downtime_s.mean; });
  double variance = 0;
  for (const Contribution& one : operation.contributions) {
    operation.downtime_s.mean += one.downtime_s.mean;
    variance += one.downtime_s.half_width * one.downtime_s.half_width;
    operation.downtime_s.replications = one.downtime_s.replications;
  }
  operation.downtime_s.half_width = std::sqrt(variance);
}

}  // namespace

double OperationAvailability::nines() const {
  const double part = std::min(1.0, downtime_s.mean / year.value());
  return part > 0 ? -std::log10(part) : HUGE_VAL;
}

Availability availability(const spec::Scenario& scenario, const AvailabilityOptions& options, const Trial& trial) {
  const spec::Scenario sliced = spec::slice(scenario);
  std::vector<FailureCase> cases = failure_cases(scenario);
  std::erase_if(cases, [&](const FailureCase& failure) {
    return !options.kinds.empty() &&
           std::find(options.kinds.begin(), options.kinds.end(), failure.rate.kind) == options.kinds.end();
  });
  std::vector<std::array<Impacts, operation_count>> impacts(cases.size());
  std::array<bool, operation_count> exists{};
  const auto seeds = static_cast<std::size_t>(options.seeds);
  const std::size_t trials = seeds * (1 + 2 * cases.size());
  std::size_t begun = 0;
  bool interrupted = false;
  const auto done_with = [&](const spec::Fault& fault, Seed seed) {
    if (interrupted) return std::pair{Done{}, spec::Seconds{1}};
    if (options.progress) options.progress(begun, trials);
    ++begun;
    const spec::Result result = trial(with_fault(sliced, options, fault), seed);
    interrupted = result.interrupted;
    return std::pair{done_in(result), spec::Seconds{result.measured_s}};
  };

  for (std::size_t i = 0; i < seeds; ++i) {
    const Seed seed = scenario.seed + i;
    // Nothing, for as long: late deliveries are counted from an incident on.
    spec::Fault nothing;
    nothing.kind = spec::FaultKind::load_spike;
    nothing.factor = 1;
    nothing.lasts = options.longer;
    const auto [usual, time] = done_with(nothing, seed);
    for (std::size_t number = 0; number < cases.size(); ++number) {
      const FailureCase& failure = cases[number];
      spec::Fault fault;
      fault.kind = failure.fault;
      fault.data = failure.data;
      // Another one for each seed, strewn over all of them.
      fault.target = failure.target + " " + std::to_string((2 * i + 1) * failure.elements / (2 * seeds));
      for (const spec::Seconds length : {options.shorter, options.longer}) {
        fault.lasts = length;
        const Done done = done_with(fault, seed).first;
        for (std::size_t operation = 0; operation < operation_count; ++operation) {
          if (usual[operation] <= 0) continue;
          exists[operation] = true;
          Impacts& into = impacts[number][operation];
          (length == options.shorter ? into.shorter : into.longer).push_back(usual[operation] - done[operation]);
          if (length == options.longer) into.per_s.push_back(usual[operation] / time.value());
        }
      }
    }
    if (interrupted) return {.operations = {}, .interrupted = true};
  }

  Availability found;
  for (std::size_t operation = 0; operation < operation_count; ++operation) {
    if (!exists[operation]) continue;
    OperationAvailability& one = found.operations.emplace_back();
    one.operation = operations[operation];
    for (std::size_t number = 0; number < cases.size(); ++number)
      one.contributions.push_back(contribution_of(cases[number], options, impacts[number][operation]));
    sum_up(one);
  }
  return found;
}

}  // namespace chatsim::planner
