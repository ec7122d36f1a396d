#pragma once

#include <cstdint>

namespace chatsim::models {

/// Spreads keys that may be sequential: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a bijection.
constexpr std::uint64_t spread(std::uint64_t key) {
  key += 0x9e3779b97f4a7c15;
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
  key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
  return key ^ (key >> 31);
}

}  // namespace chatsim::models
