#include "planner/experiment/warmup.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "planner/experiment/statistics.hpp"

namespace chatsim::planner {
namespace {

constexpr std::size_t batch_size = 5;
constexpr std::size_t fewest_batches = 10;
constexpr double sure_of_a_transient = 0.99;

std::vector<double> batch_means(std::span<const double> series) {
  std::vector<double> batches;
  for (std::size_t begin = 0; begin + batch_size <= series.size(); begin += batch_size)
    batches.push_back(mean(series.subspan(begin, batch_size)));
  return batches;
}

struct Watched {
  const char* name;
  const std::vector<double>& values;
};

}  // namespace

std::optional<Truncation> mser_5(std::span<const double> series) {
  if (!std::all_of(series.begin(), series.end(), [](double value) { return std::isfinite(value); }))
    return std::nullopt;
  const std::vector<double> batches = batch_means(series);
  if (batches.size() < fewest_batches) return std::nullopt;
  std::size_t best = 0;
  double least = HUGE_VAL;
  // The last five batches are left in: the error of one or two is nothing or next to it.
  for (std::size_t left_out = 0; left_out + batch_size <= batches.size(); ++left_out) {
    const std::span<const double> rest = std::span(batches).subspan(left_out);
    const auto count = static_cast<double>(rest.size());
    const double error = variance(rest) * (count - 1) / (count * count);
    if (error < least) {
      least = error;
      best = left_out;
    }
  }
  return Truncation{best * batch_size, best <= batches.size() / 2};
}

Warmup detect_warmup(const spec::TimeSeries& series, spec::Seconds configured) {
  Warmup warmup;
  warmup.configured = configured;
  const std::size_t windows = series.time_s.size();
  if (windows < batch_size * fewest_batches) {
    warmup.reason = std::to_string(windows) + " windows are too few to detect it, at least " +
                    std::to_string(batch_size * fewest_batches) + " are needed: a longer simulation.duration or a " +
                    "shorter simulation.window";
    return warmup;
  }
  const double window_s = series.time_s[1] - series.time_s[0];
  const auto configured_windows = static_cast<std::size_t>(std::ceil(configured.value() / window_s - 1e-6));
  for (const Watched& watched : {Watched{"acknowledged_per_s", series.acknowledged_per_s},
                                 Watched{"send_to_ack_p99_ms", series.send_to_ack_p99_ms},
                                 Watched{"send_to_deliver_p99_ms", series.send_to_deliver_p99_ms}}) {
    const std::optional<Truncation> truncation = mser_5(watched.values);
    if (!truncation) continue;  // Windows without a message, say.
    const bool later = truncation->observations > configured_windows;
    const std::span<const double> values = watched.values;
    const bool visible =
        later && differ(batch_means(values.subspan(configured_windows, truncation->observations - configured_windows)),
                        batch_means(values.subspan(truncation->observations)), sure_of_a_transient);
    if (!truncation->conclusive) {
      // Noise may put the minimum late as well; a drift that goes on is the case to speak of.
      if (visible) {
        warmup.detected.reset();
        warmup.too_short = true;
        warmup.reason = std::string(watched.name) + " has not settled by half of the simulated time";
        return warmup;
      }
      continue;
    }
    const spec::Seconds settled{static_cast<double>(truncation->observations) * window_s};
    warmup.detected = std::max(warmup.detected.value_or(spec::Seconds{}), settled);
    if (visible && !warmup.too_short) {
      warmup.too_short = true;
      warmup.reason = std::string(watched.name) + " has not settled when measuring begins";
    }
  }
  if (!warmup.detected && warmup.reason.empty()) warmup.reason = "no series settles clearly within half of the simulated time";
  return warmup;
}

}  // namespace chatsim::planner
