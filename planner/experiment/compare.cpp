#include "planner/experiment/compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/experiment/numbers.hpp"

namespace chatsim::planner {
namespace {

/// What one of a pair has counts where the other has it too.
double if_both(double value, double other) {
  return std::isfinite(other) ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<PairedDifference> compare_paired(const std::vector<Replication>& a, const std::vector<Replication>& b) {
  std::vector<const spec::Result*> of_a, of_b;
  for (const Replication& one : a) {
    const auto other = std::find_if(b.begin(), b.end(), [&](const Replication& candidate) {
      return candidate.seed == one.seed && candidate.result;
    });
    if (!one.result || other == b.end()) continue;
    of_a.push_back(&*one.result);
    of_b.push_back(&*other->result);
  }
  const spec::Intervals differences =
      intervals_of_pairs(of_a, of_b, [](double left, double right) { return right - left; });
  const spec::Intervals means_a =
      intervals_of_pairs(of_a, of_b, [](double left, double right) { return if_both(left, right); });
  const spec::Intervals means_b =
      intervals_of_pairs(of_a, of_b, [](double left, double right) { return if_both(right, left); });
  std::vector<PairedDifference> compared;
  for (const auto& [path, difference] : differences.all) {
    const spec::Interval* mean_a = means_a.find(path);
    const spec::Interval* mean_b = means_b.find(path);
    if (mean_a && mean_b) compared.push_back({path, difference, mean_a->mean, mean_b->mean});
  }
  return compared;
}

}  // namespace chatsim::planner
