#include "planner/estimate/ranges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/estimate/lines.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::planner {
namespace {

void widen(std::optional<Interval>& interval, const Line& line) {
  const Interval seen = line.interval.value_or(Interval{line.value, line.value});
  if (!std::isfinite(seen.low) || !std::isfinite(seen.high)) return;
  if (!interval) interval = seen;
  interval->low = std::min(interval->low, seen.low);
  interval->high = std::max(interval->high, seen.high);
}

class Corners {
 public:
  Corners(const spec::Scenario& scenario, const std::vector<InputRange>& ranges)
      : scenario_(scenario), ranges_(ranges) {}

  RangedLedger calculate() {
    check();
    if (!result_.issues.empty()) return std::move(result_);
    const auto middle =
        with([](const InputRange& range, std::size_t) { return range.mid; }, "the mid values");
    if (!middle) return std::move(result_);
    result_.ledger = planner::ledger(*middle);
    include(*middle);
    for (std::size_t corner = 0; !ranges_.empty() && corner < std::size_t{1} << ranges_.size(); ++corner) {
      const auto scenario =
          with([corner](const InputRange& range,
                        std::size_t index) { return corner >> index & 1 ? range.high : range.low; },
               "a combination of low and high values");
      if (!scenario) return std::move(result_);
      include(*scenario);
    }
    result_.middle = middle;
    return std::move(result_);
  }

 private:
  void complain(std::size_t range, std::string path, std::string message) {
    result_.issues.push_back({range, std::move(path), std::move(message)});
  }

  void check() {
    if (ranges_.size() > ranges_max) {
      return complain(
          ranges_max, ranges_[ranges_max].path,
          fmt::format("too many ranges: {} inputs have {} combinations of low and high, at most {} inputs",
                      ranges_.size(), std::exp2(ranges_.size()), ranges_max));
    }
    for (std::size_t index = 0; index < ranges_.size(); ++index) {
      const InputRange& range = ranges_[index];
      const spec::FieldNode* field = spec::find_field(range.path);
      const char* const wrong = field == nullptr                                ? "unknown key"
                                : range.path.find('[') != std::string::npos    ? "is in a list"
                                : field->kind == spec::FieldKind::list         ? "is a list, not a value"
                                : field->kind == spec::FieldKind::section      ? "is a section, not a value"
                                                                               : nullptr;
      if (wrong != nullptr) {
        complain(index, range.path, wrong);
        continue;
      }
      for (std::size_t before = 0; before < index; ++before) {
        if (ranges_[before].path == range.path) complain(index, range.path, "has a range already");
      }
      for (const std::string& text : {range.low, range.mid, range.high}) {
        spec::Scenario scratch = scenario_;
        if (auto complaint = field->set(scratch, text)) complain(index, range.path, *std::move(complaint));
      }
    }
  }

  template <class Choose>
  std::optional<spec::Scenario> with(const Choose& choose, const char* what) {
    spec::Scenario scenario = scenario_;
    for (std::size_t index = 0; index < ranges_.size(); ++index)
      spec::find_field(ranges_[index].path)->set(scenario, choose(ranges_[index], index));
    const auto issues = ranges_.empty() ? std::vector<spec::Issue>{} : spec::validate(scenario);
    for (const spec::Issue& issue : issues)
      complain(0, issue.path, fmt::format("with {}: {}", what, issue.message));
    return issues.empty() ? std::optional(std::move(scenario)) : std::nullopt;
  }

  void include(const spec::Scenario& scenario) {
    if (ranges_.empty()) return;
    const auto widen_all = [this](const std::vector<Line>& column,
                                  std::optional<Interval> Figure::*interval) {
      for (std::size_t index = 0; index < column.size(); ++index)
        widen(result_.ledger.figures[index].*interval, column[index]);
    };
    widen_all(lines(scenario, Inputs::exact), &Figure::exact_interval);
    if (has_document(scenario)) widen_all(lines(scenario, Inputs::document), &Figure::recomputed_interval);
  }

  const spec::Scenario& scenario_;
  const std::vector<InputRange>& ranges_;
  RangedLedger result_;
};

}  // namespace

RangedLedger ledger(const spec::Scenario& scenario, const std::vector<InputRange>& ranges) {
  return Corners(scenario, ranges).calculate();
}

}  // namespace chatsim::planner
