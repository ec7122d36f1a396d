#pragma once

#include <cmath>
#include <cstdint>
#include <string>

namespace chatsim::spec {

/// What an oracle watched for in a run: whether the configuration promises that it does not happen, and how often it
/// did. What is not promised is counted all the same.
struct PromiseReport {
  std::string name;         ///< "stale_reads.conversation"
  bool promised = false;    ///< That the count is 0.
  bool kept = true;         ///< It is, promised or not.
  std::uint64_t count = 0;  ///< Of what may not happen.
  std::uint64_t of = 0;     ///< Of how many; 0 where there is no such number.
  std::string what;         ///< Is counted: "stale reads in conversation".
  std::string reason;       ///< Why it is promised, or is not: "R + W = 4 > N = 3".
  std::string extent;       ///< How bad the worst of them was, where that is known: "up to 14 ms old".

  bool broken() const { return promised && !kept; }

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("promised", &PromiseReport::promised);
    visit("kept", &PromiseReport::kept);
    visit("count", &PromiseReport::count);
    visit("of", &PromiseReport::of);
    visit("what", &PromiseReport::what);
    visit("reason", &PromiseReport::reason);
    visit("extent", &PromiseReport::extent);
  }
};

/// Hosts and links that went off or came back in a run, and whether replicas agree again. Of the whole run, warm-up
/// included; infinite (null in run.json) is what never was.
struct ConvergenceReport {
  std::uint64_t disturbances = 0;        ///< Instants at which a host or link changed.
  double last_disturbance_s = HUGE_VAL;  ///< Simulated time.
  std::uint64_t divergent_rows = 0;      ///< At the end: a replica lacks what was written a deadline ago or earlier.
  /// From the last disturbance until no replica lacked anything that was written before it; to a window of the time
  /// series.
  double converged_after_s = HUGE_VAL;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("disturbances", &ConvergenceReport::disturbances);
    visit("last_disturbance_s", &ConvergenceReport::last_disturbance_s);
    visit("divergent_rows", &ConvergenceReport::divergent_rows);
    visit("converged_after_s", &ConvergenceReport::converged_after_s);
  }
};

}  // namespace chatsim::spec
