#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace chatsim::tests {

/// Random numbers that are the same everywhere: std::uniform_*_distribution does it in each library in its own way.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  double between(double low, double high) { return low + (high - low) * static_cast<double>(bits_() >> 11) * 0x1p-53; }
  /// As many between 1 and 10 as between 10 and 100. \param low above 0.
  double magnitude(double low, double high) { return low * std::exp(between(0, std::log(high / low))); }
  std::uint64_t below(std::uint64_t count) { return static_cast<std::uint64_t>(between(0, static_cast<double>(count))); }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  template <class List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace chatsim::tests
