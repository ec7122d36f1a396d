#pragma once

#include <algorithm>
#include <cstdint>

#include "scenarios/spec/consistency.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// How far behind reads were that did not see what they were owed.
class Staleness {
 public:
  struct Read {
    std::uint64_t rows;
    std::uint64_t versions;  ///< Writes of the row that it missed.
    sim::Duration time;      ///< Since the one that it was owed.
  };
  void record(const Read& read) {
    rows_ += read.rows;
    versions_ += read.rows * read.versions;
    versions_max_ = std::max(versions_max_, read.versions);
    for (std::uint64_t i = 0; i < read.rows; ++i) time_.record(read.time);
  }
  std::uint64_t rows() const { return rows_; }

  spec::StalenessSummary summary(std::uint64_t rows_read) const {
    spec::StalenessSummary summary;
    summary.stale_reads = rows_;
    summary.versions_max = versions_max_;
    if (rows_read > 0) summary.share = static_cast<double>(rows_) / static_cast<double>(rows_read);
    if (rows_ > 0) summary.versions_mean = static_cast<double>(versions_) / static_cast<double>(rows_);
    summary.time_mean = time_.mean();
    summary.time_p99 = sim::to_seconds(time_.quantile(0.99));
    summary.time_max = sim::to_seconds(time_.max());
    return summary;
  }

 private:
  std::uint64_t rows_ = 0, versions_ = 0, versions_max_ = 0;
  sim::Histogram time_;
};

}  // namespace chatsim::models
