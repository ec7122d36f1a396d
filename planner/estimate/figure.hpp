#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatsim::planner {

/// The base unit that a figure is in.
enum class Unit { bytes, per_second, per_day, machines, disks, connections };

/// "bytes", "per second", ...
std::string_view unit_name(Unit unit);

/// A value as people read it: 120 PB, 1.157 M/s, 4,197.
std::string text_of(double value, Unit unit);

/// A published figure beside what its own formula gives.
enum class Verdict {
  none,     ///< Nothing is published.
  agrees,   ///< The same.
  rounded,  ///< The same in the digits that are printed.
  differs,
};
std::string_view verdict_name(Verdict verdict);

/// \param recomputed from the document's own inputs.
Verdict verdict_on(double published, double recomputed);

struct Interval {
  double low = 0;
  double high = 0;
};

/// One row of the ledger. Values are in the base unit. One that does not exist is absent: a rate without
/// limit, or what nobody has published.
struct Figure {
  std::string name;
  Unit unit = Unit::bytes;
  std::string formula;       ///< With names; what `recomputed` is from, or `exact` where that is absent.
  std::string with_numbers;  ///< The same with numbers put in.
  std::string exact_formula;
  std::string exact_with_numbers;
  std::optional<double> published;
  std::optional<double> recomputed;  ///< With the document's inputs and roundings.
  std::optional<double> exact;       ///< With the scenario's.
  std::optional<Interval>
      recomputed_interval;  ///< Of a rule that is one, or of inputs given as low, mid and high.
  std::optional<Interval> exact_interval;
  Verdict verdict = Verdict::none;
  std::string note;  ///< What the figure hides, with the arithmetic of slips; may be empty.
};

}  // namespace chatsim::planner
