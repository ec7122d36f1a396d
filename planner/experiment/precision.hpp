#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/spec/interval.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// When replications are enough: once the interval of every metric is narrow enough.
struct Precision {
  double relative = 0.05;  ///< Half-width over mean, at most.
  /// Paths of run.json, * for any name: "latency.*.p99_ms". None: the p99 of every latency that at least 1,000
  /// messages of the first replication went into (of fewer, p99 is a matter of ten messages), and the
  /// utilisation of every tier that is at least 1 % utilised.
  std::vector<std::string> metrics;
};

/// A metric and how precisely it is known.
struct MetricPrecision {
  std::string path;
  std::optional<spec::Interval> interval;
  bool precise = false;
};

/// Looks at replications in order. Precise when half-width / |mean| <= relative / (1 + relative), which bounds
/// the error relative to the unknown truth by `relative` (Law, Simulation Modeling and Analysis, 9.4.1). That
/// the number of replications depends on what they say makes intervals cover slightly less than 95 %; hence at
/// least five.
class PrecisionRule {
 public:
  static constexpr std::size_t fewest_replications = 5;

  explicit PrecisionRule(Precision precision) : precision_(std::move(precision)) {}

  void add(const spec::Result& result);
  bool is_met() const;
  const std::vector<MetricPrecision>& metrics() const { return metrics_; }

  /// What was asked for and is no number of the first result.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  void choose(const spec::Result& first);

  Precision precision_;
  std::size_t replications_ = 0;
  std::vector<MetricPrecision> metrics_;
  std::vector<std::vector<double>> values_;  // Of each metric.
  std::vector<std::string> unknown_;
};

}  // namespace chatsim::planner
