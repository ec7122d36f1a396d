#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "planner/durability/failure_rates.hpp"
#include "planner/experiment/trial.hpp"
#include "scenarios/spec/interval.hpp"

namespace chatsim::planner {

/// One kind of thing that fails by itself.
struct FailureCase {
  std::string what;  ///< "machine of gateway", "rack"
  FailureRate rate;  ///< Of one of them.
  std::uint64_t elements = 1;
  spec::FaultKind fault = spec::FaultKind::crash;
  spec::FaultData data = spec::FaultData::kept;
  std::string target;  ///< Before the number, as Fault::target has it: "gateway", "rack"
};

/// Machines of every tier, machines of stores that lose their data, racks, pods and power domains. Of a machine that
/// lost its data the time to repair is that until it has been filled again. \param scenario the whole of it, whatever
/// its simulation.slice; see spec::slice.
std::vector<FailureCase> failure_cases(const spec::Scenario& scenario);

/// How an incident is measured: by two faults of different length, each beside the same time without one.
struct AvailabilityOptions {
  int seeds = 3;  ///< At least 2.
  spec::Seconds before{2}, shorter{10}, longer{20}, after{10};
  /// Of FailureRate::kind; empty: of all.
  std::vector<std::string> kinds;
  /// Called before each trial.
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// What one kind of failure costs an operation.
struct Contribution {
  std::string what;
  double failures_per_year = 0;      ///< Of all elements together.
  spec::Seconds once;                ///< Full outage that an incident costs, however long it is.
  spec::Probability while_it_lasts;  ///< Part of the operations that are lost until it is mended.
  spec::Seconds time_to_repair;
  spec::Interval downtime_s;  ///< A year, over seeds.
};

struct OperationAvailability {
  std::string operation;                    ///< "send", "deliver", "login", "upload"
  std::vector<Contribution> contributions;  ///< The largest first.
  spec::Interval downtime_s;                ///< A year.
  /// -log10 of the part of the year; infinite where nothing was lost.
  double nines() const;
};

struct Availability {
  std::vector<OperationAvailability> operations;  ///< Those that the scenario has.
  bool interrupted = false;                       ///< A trial was; there are no operations then.
};

/// Simulates each kind of failure once for each seed and both lengths, another element each time. An operation is lost
/// when it is done less often, or later than faults.late, than in a trial with the same seed where nothing fails: lost
/// operations over their rate are seconds of full outage. Of impacts I(d) = once + part x d by two lengths d the part
/// is what the longer one costs more; it counts only where it is more than chance. A year's downtime is the sum over
/// kinds of elements x rate x I(time to repair): failures do not meet.
///
/// Of a slice the elements are fewer and each carries more, which cancels as long as the service bears one of them as
/// the whole does.
Availability availability(const spec::Scenario& scenario, const AvailabilityOptions& options, const Trial& trial);

}  // namespace chatsim::planner
