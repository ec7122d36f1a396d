#include "scenarios/spec/regions.hpp"

#include <cmath>
#include <numeric>
#include <sstream>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {

std::optional<std::vector<double>> user_shares(const std::string& text, int regions) {
  const auto count = static_cast<std::size_t>(regions);
  if (text == "equal") return std::vector<double>(count, 1.0 / regions);
  std::vector<double> shares;
  std::istringstream words(text);
  for (std::string word, error; words >> word;) {
    const auto share = parse_probability(word, error);
    if (!share || share->value() <= 0 || share->value() > 1) return std::nullopt;
    shares.push_back(share->value());
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (shares.size() != count || std::abs(sum - 1) > 1e-6) return std::nullopt;
  return shares;
}

}  // namespace chatsim::spec
