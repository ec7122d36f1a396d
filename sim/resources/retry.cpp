#include "sim/resources/retry.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::sim {

Duration RetryPolicy::pause(std::uint32_t number, const Draw& draw) const {
  spec::Seconds pause = first * std::pow(multiplier, static_cast<double>(number));
  if (longest) pause = std::min(pause, *longest);
  return to_duration(jitter ? draw.uniform64(0) * pause : pause);
}

void RetryBudget::reconfigure(std::optional<double> share, std::uint32_t clients) {
  if (!share) {
    tokens_.clear();
  } else if (tokens_.empty() || share_ != static_cast<float>(*share)) {
    share_ = static_cast<float>(*share);
    tokens_.assign(clients, 0);
  }
}

void RetryBudget::note_first(std::uint32_t client) {
  if (!tokens_.empty()) tokens_[client] = std::min(tokens_max, tokens_[client] + share_);
}

bool RetryBudget::take(std::uint32_t client) {
  if (!tokens_.empty()) {
    // A share like 0.1 has no exact sum.
    constexpr float rounding = 1e-3F;
    if (tokens_[client] < 1 - rounding) {
      ++denied;
      return false;
    }
    tokens_[client] = std::max(0.F, tokens_[client] - 1);
  }
  ++retries;
  return true;
}

}  // namespace chatsim::sim
