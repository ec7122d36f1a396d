#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/estimate/ledger.hpp"
#include "planner/plan/plan.hpp"
#include "scenarios/spec/interval.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// What kind of figure it is, which decides how near is near enough.
enum class Subject { rate, visits, utilisation, wait, latency, storage, machines };
std::string_view subject_name(Subject subject);

/// How plan and simulation may differ, relative to the simulation: visits 1 %, utilisations 2 %, latencies and waits
/// 10 %, all else 1 %.
double tolerance(Subject subject);

enum class Agreement {
  agrees,       ///< Within the tolerance.
  within_noise, ///< Further off than that, but within the simulation's interval or what chance does to such a count.
  differs,
  one_sided,    ///< Only one of the two gives it.
};
std::string_view agreement_name(Agreement agreement);

/// One figure by every way there is to it.
struct Row {
  Subject subject = Subject::rate;
  std::string figure;                 ///< "profile.locate", "send_to_ack.p99_ms", ...
  std::optional<double> estimated;    ///< The ledger's exact column.
  std::optional<double> planned;
  std::optional<double> simulated;
  std::optional<double> half_width;   ///< Of the simulated figure, 95 %, where there were replications.
  std::optional<double> flow;         ///< Simulated with every message a SimGrid communication.
  Agreement agreement = Agreement::one_sided;  ///< Of plan and simulation.
  /// Why columns differ; empty where all agree.
  std::string cause;

  /// Plan over simulation, less 1.
  std::optional<double> difference() const;
};

/// Of one subject: how many plan and simulation agree on, noise included, of those that both give.
struct Score {
  Subject subject = Subject::rate;
  int agree = 0, of = 0;
};

struct Reconciliation {
  std::vector<Row> rows;
  std::vector<Score> scores;
};

/// What was simulated, by mean over replications; intervals may be empty.
struct Simulated {
  const spec::Result& result;
  const spec::Intervals& intervals;
  const spec::Result* flow = nullptr;
};

Reconciliation reconcile(const spec::Scenario& scenario, const Ledger& ledger, const Plan& plan, const Simulated& simulated);

}  // namespace chatsim::planner
