#include "models/blob/zipf.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

namespace {

constexpr std::uint64_t ranks_in_table = 4096;
constexpr double euler_gamma = 0.57721566490153286;

}  // namespace

Zipf::Zipf(std::uint64_t ranks) : ranks_(ranks) {
  double sum = 0;
  for (std::uint64_t rank = 1; rank <= std::min(ranks, ranks_in_table); ++rank) {
    sums_.push_back(sum += 1 / static_cast<double>(rank));
  }
  total_ = harmonic(ranks);
}

/// H(n) = ln(n + 1/2) + gamma + 1 / (24 (n + 1/2)^2) - ...; what follows is below 1e-16 beyond the table.
double Zipf::harmonic(std::uint64_t rank) const {
  if (rank == 0) return 0;
  if (rank <= sums_.size()) return sums_[rank - 1];
  const double x = static_cast<double>(rank) + 0.5;
  return std::log(x) + euler_gamma + 1 / (24 * x * x);
}

std::uint64_t Zipf::rank(double u) const {
  const double wanted = u * total_;
  if (wanted <= sums_.back()) {
    return static_cast<std::uint64_t>(std::lower_bound(sums_.begin(), sums_.end(), wanted) - sums_.begin()) + 1;
  }
  const double rank = std::ceil(std::exp(wanted - euler_gamma) - 0.5);
  return std::clamp(static_cast<std::uint64_t>(rank), static_cast<std::uint64_t>(sums_.size()) + 1, ranks_);
}

}  // namespace chatsim::models
