#include "sim/kernel/random/sampler.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace chatsim::sim {
namespace {

using spec::Distribution;

/// The largest integer whose share of the whole range does not exceed each cumulated weight; the last covers
/// the rest.
template <class Integer>
std::vector<Integer> last_of_each(const std::vector<double>& weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double range = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  std::vector<Integer> last;
  double below = 0;
  for (const double weight : weights) {
    below += weight;
    const double cells = std::floor(below / total * range);
    last.push_back(cells < 1        ? Integer{0}
                   : cells >= range ? std::numeric_limits<Integer>::max()
                                    : static_cast<Integer>(static_cast<Integer>(cells) - 1));
  }
  last.back() = std::numeric_limits<Integer>::max();
  return last;
}

}  // namespace

Sampler::Sampler(const Distribution& distribution) : kind_(kind_of(distribution)) {
  if (const auto* mixture = std::get_if<Distribution::Mixture>(&distribution.form())) {
    last_ = last_of_each<std::uint32_t>(mixture->weights);
    for (const Distribution& component : mixture->components) components_.push_back(compile(component));
  } else {
    simple_ = compile(distribution);
  }
}

Sampler::Kind Sampler::kind_of(const Distribution& distribution) {
  struct Visitor {
    Kind operator()(const Distribution::Constant&) const { return Kind::constant; }
    Kind operator()(const Distribution::Exponential&) const { return Kind::exponential; }
    Kind operator()(const Distribution::LogNormal&) const { return Kind::lognormal; }
    Kind operator()(const Distribution::Pareto&) const { return Kind::pareto; }
    Kind operator()(const Distribution::Empirical&) const { return Kind::empirical; }
    Kind operator()(const Distribution::Mixture&) const { return Kind::mixture; }
  };
  return std::visit(Visitor{}, distribution.form());
}

Sampler::Simple Sampler::compile(const Distribution& distribution) {
  Simple simple{.kind = kind_of(distribution)};
  const auto& form = distribution.form();
  if (const auto* constant = std::get_if<Distribution::Constant>(&form)) simple.scale = constant->value;
  if (const auto* exponential = std::get_if<Distribution::Exponential>(&form))
    simple.scale = exponential->mean;
  if (const auto* lognormal = std::get_if<Distribution::LogNormal>(&form)) {
    simple.scale = lognormal->median;
    simple.shape = lognormal->sigma;
  }
  if (const auto* pareto = std::get_if<Distribution::Pareto>(&form)) {
    simple.scale = pareto->x_min;
    simple.shape = 1 / pareto->alpha;
  }
  if (const auto* empirical = std::get_if<Distribution::Empirical>(&form))
    simple.table = compile_table(*empirical);
  return simple;
}

std::uint32_t Sampler::compile_table(const Distribution::Empirical& form) {
  Table table;
  table.values = form.values;
  table.last = last_of_each<std::uint64_t>(form.weights);
  // At least one bucket a value keeps the search at a step or two; at least two buckets keep the shift
  // below 64.
  const std::size_t buckets = std::bit_ceil(std::max<std::size_t>(2, form.values.size()));
  table.shift = 64 - static_cast<unsigned>(std::countr_zero(buckets));
  std::uint32_t first = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    while (table.last[first] < static_cast<std::uint64_t>(bucket) << table.shift) ++first;
    table.guide.push_back(first);
  }
  tables_.push_back(std::move(table));
  return static_cast<std::uint32_t>(tables_.size() - 1);
}

}  // namespace chatsim::sim
