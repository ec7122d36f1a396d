#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "planner/experiment/trial.hpp"
#include "planner/sweep/design.hpp"

namespace chatsim::planner {

/// All that the results of a sweep depend on.
struct SweepPlan {
  std::string version;   ///< Of the program.
  std::string scenario;  ///< All fields, as text.
  std::vector<std::string> axes;  ///< Paths.
  std::string design;
  std::vector<Point> points;
  std::size_t replications = 1;
  Seed first_seed = 0;
  std::vector<std::string> metrics;  ///< Of which figures are kept, paths with * for any name.
};

/// A figure of a run.
struct SweepFigure {
  std::string metric;
  double value = 0;
};

/// One simulation of a sweep.
struct SweepRun {
  std::size_t point = 0;
  Seed seed = 0;
};

/// The file is not of this sweep, or no file of a sweep, or the disk refuses.
class SweepFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The results of a sweep in an SQLite file. What was put is there whenever and however the process ends after; a sweep that is
/// opened again goes on with what is missing. What is in the file depends on the plan alone, not on the order in which runs
/// ended: finish() leaves the same bytes.
///
///   plan(key, value)                          version, scenario, design, replications, ...
///   axis(number, path)
///   point(point, axis, value)
///   run(point, seed, failure)                 done; failure is NULL, or why there are no figures
///   figure(point, seed, metric, value)        NULL: infinite, or nothing happened that it would be about
class SweepFile {
 public:
  static constexpr const char* in_memory = ":memory:";
  /// Makes the file, or opens one of the same plan. Throws SweepFileError. \param path a file, or in_memory.
  SweepFile(const std::string& path, const SweepPlan& plan);
  ~SweepFile();
  SweepFile(const SweepFile&) = delete;
  SweepFile& operator=(const SweepFile&) = delete;

  /// In the order of points, then seeds.
  std::vector<SweepRun> missing() const;
  std::size_t done() const;

  void put(const SweepRun& run, const std::vector<SweepFigure>& figures);
  void put_failure(const SweepRun& run, const std::string& message);

  /// Once nothing is missing: writes the file anew, in the order of its keys.
  void finish();

  struct Row {
    std::size_t point;
    std::vector<std::string> values;                ///< Of the axes.
    std::vector<std::optional<double>> figures;     ///< Means over the runs, in the order of metrics().
    std::size_t runs = 0, failed = 0;
  };
  /// All that any run has, by name.
  std::vector<std::string> metrics() const;
  std::vector<Row> rows() const;

 private:
  struct Database;
  std::string path_;
  SweepPlan plan_;
  std::unique_ptr<Database> database_;
};

}  // namespace chatsim::planner
