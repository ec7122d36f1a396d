#pragma once

#include <cstdint>
#include <vector>

namespace chatsim::models {

/// Ranks 1 to n, of which rank i has the weight 1 / i. The first few thousand from a table, the others from the
/// expansion of the harmonic numbers, so that a billion ranks cost no memory.
class Zipf {
 public:
  explicit Zipf(std::uint64_t ranks);

  std::uint64_t ranks() const { return ranks_; }
  /// \param u in (0, 1).
  std::uint64_t rank(double u) const;
  /// Probability of the ranks up to this one.
  double up_to(std::uint64_t rank) const { return harmonic(rank) / total_; }

 private:
  double harmonic(std::uint64_t rank) const;

  std::uint64_t ranks_;
  std::vector<double> sums_;  // Of the first ranks.
  double total_ = 0;
};

}  // namespace chatsim::models
