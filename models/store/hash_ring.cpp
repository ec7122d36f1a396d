#include "models/store/hash_ring.hpp"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

HashRing::HashRing(const Options& options, const std::function<std::uint32_t(std::uint32_t)>& domain_of)
    : replication_(options.replication) {
  CHATSIM_CHECK(replication_ <= most_replicas, "{} replicas, at most {}", replication_, most_replicas);
  for (std::uint32_t machine = 0; machine < options.machines; ++machine) domain_.push_back(domain_of(machine));
  domains_ = std::unordered_set<std::uint32_t>(domain_.begin(), domain_.end()).size();
  CHATSIM_CHECK(domains_ >= replication_, "{} failure domains for {} replicas", domains_, replication_);

  points_.reserve(std::size_t{options.machines} * options.virtual_nodes);
  for (std::uint32_t machine = 0; machine < options.machines; ++machine) {
    const std::uint64_t id = options.store << 32 | machine;
    for (std::uint32_t node = 0; node < options.virtual_nodes; ++node) {
      points_.push_back({sim::Draw(options.random, options.stream, id, node).bits32(0), machine});
    }
  }
  std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) {
    return a.position != b.position ? a.position < b.position : a.machine < b.machine;
  });

  // About four points for each start, so that these stay in a nearer cache than the points.
  const unsigned bits = std::max(4U, static_cast<unsigned>(std::bit_width(points_.size()))) - 3;
  shift_ = 32 - bits;
  first_point_.resize(std::size_t{1} << bits);
  std::uint32_t point = 0;
  for (std::uint64_t start = 0; start < first_point_.size(); ++start) {
    while (point < points_.size() && points_[point].position < start << shift_) ++point;
    first_point_[start] = point;
  }
}

void HashRing::replicas(std::uint64_t key, std::span<std::uint32_t> found) const {
  CHATSIM_CHECK(found.size() <= domains_, "{} failure domains for {} replicas", domains_, found.size());
  const Point* point = owner(key);
  for (std::uint32_t count = 0; count < found.size();) {
    found[count] = point->machine;
    count += is_elsewhere(found.data(), count);
    if (++point == end()) point = points_.data();
  }
}

std::vector<double> HashRing::shares() const {
  std::vector<double> shares(domain_.size(), 0.0);
  if (points_.size() == 1) return {1.0};  // The way from a point round to itself is not nothing.
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const std::uint32_t before = points_[i == 0 ? points_.size() - 1 : i - 1].position;
    shares[points_[i].machine] += static_cast<double>(points_[i].position - before) * 0x1p-32;
  }
  return shares;
}

}  // namespace chatsim::models
