#include "cli/promises_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/format.hpp"
#include "cli/listing.hpp"

namespace chatsim::cli {
namespace {

/// "312 stale reads in conversation (0.02 %), up to 14 ms old".
std::string happened(const spec::PromiseReport& promise) {
  std::string text = fmt::format("{} {}", format_count(promise.count), promise.what);
  if (promise.of > 0)
    text += fmt::format(" ({})", format_percent(static_cast<double>(promise.count) / static_cast<double>(promise.of)));
  if (!promise.extent.empty()) text += ", " + promise.extent;
  return text;
}

std::string convergence_line(const spec::ConvergenceReport& convergence) {
  if (convergence.disturbances == 0) return "";
  const std::string last =
      fmt::format("{} disturbance{}, the last after {}", format_count(convergence.disturbances),
                  convergence.disturbances == 1 ? "" : "s",
                  format_duration(spec::Seconds(convergence.last_disturbance_s)));
  const std::string since = std::isfinite(convergence.converged_after_s)
                                ? fmt::format("replicas agreed {} later on all that was written before it",
                                              format_duration(spec::Seconds(convergence.converged_after_s)))
                                : "until the end replicas differed in what was written before it";
  return listing("Convergence",
                 {last, since, fmt::format("{} rows differ at the end", format_count(convergence.divergent_rows))});
}

}  // namespace

std::vector<VerdictLine> broken_promises(const spec::Result& result) {
  std::vector<VerdictLine> lines;
  for (const spec::PromiseReport& promise : result.promises) {
    // A run that lost count has a sentence of its own.
    if (!promise.broken() || promise.name == "conservation_residual") continue;
    const std::string line =
        wrapped(fmt::format("Promise broken: {}, though promised: {}", happened(promise), promise.reason));
    lines.push_back({Ink::alarm, line.substr(0, line.size() - 1)});
  }
  return lines;
}

std::string promises_lines(const spec::Result& result, const Paint& paint) {
  if (result.promises.empty()) return "";
  const auto promised = std::count_if(result.promises.begin(), result.promises.end(),
                                      [](const spec::PromiseReport& one) { return one.promised; });
  const auto broken = std::count_if(result.promises.begin(), result.promises.end(),
                                    [](const spec::PromiseReport& one) { return one.broken(); });
  std::string text = broken == 0 ? fmt::format("Promises: all {} held\n", promised)
                                 : paint(Ink::alarm, fmt::format("Promises: {} of {} broken", broken, promised)) + "\n";
  for (const spec::PromiseReport& one : result.promises) {
    if (!one.promised && !one.kept) text += wrapped(fmt::format("  {}: not promised, {}", happened(one), one.reason));
  }
  return text + convergence_line(result.convergence);
}

}  // namespace chatsim::cli
