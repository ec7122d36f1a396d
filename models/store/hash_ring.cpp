#include "models/store/hash_ring.hpp"

#include <algorithm>
#include <bit>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

HashRing::HashRing(const Options& options, const std::function<std::uint32_t(std::uint32_t)>& domain_of)
    : replication_(options.replication), machines_(options.machines) {
  struct Point {
    std::uint64_t position;
    std::uint32_t machine;
  };
  std::vector<Point> ring;
  ring.reserve(std::size_t{machines_} * options.virtual_nodes);
  for (std::uint32_t machine = 0; machine < machines_; ++machine) {
    for (std::uint32_t node = 0; node < options.virtual_nodes; ++node) {
      const std::uint64_t id = options.store << 32 | machine;
      ring.push_back({sim::Draw(options.random, options.stream, id, node).bits64(0), machine});
    }
  }
  std::sort(ring.begin(), ring.end(), [](const Point& a, const Point& b) {
    return a.position != b.position ? a.position < b.position : a.machine < b.machine;
  });

  std::vector<std::uint32_t> domains(machines_);
  for (std::uint32_t machine = 0; machine < machines_; ++machine) domains[machine] = domain_of(machine);
  points_.reserve(ring.size());
  replicas_.reserve(ring.size() * replication_);
  std::vector<std::uint32_t> taken;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    points_.push_back(ring[i].position);
    taken.clear();
    for (std::size_t step = 0; taken.size() < replication_; ++step) {
      CHATSIM_CHECK(step < ring.size(), "fewer than {} failure domains for the replicas", replication_);
      const std::uint32_t machine = ring[(i + step) % ring.size()].machine;
      if (std::find(taken.begin(), taken.end(), domains[machine]) != taken.end()) continue;
      taken.push_back(domains[machine]);
      replicas_.push_back(machine);
    }
  }

  const unsigned bits = std::max(1U, static_cast<unsigned>(std::bit_width(points_.size())));
  shift_ = 64 - bits;
  first_point_.resize(std::size_t{1} << bits);
  std::uint32_t point = 0;
  for (std::size_t cell = 0; cell < first_point_.size(); ++cell) {
    while (point < points_.size() && points_[point] < static_cast<std::uint64_t>(cell) << shift_) ++point;
    first_point_[cell] = point;
  }
}

std::vector<double> HashRing::shares() const {
  std::vector<double> shares(machines_, 0.0);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const std::uint64_t before = points_[i == 0 ? points_.size() - 1 : i - 1];
    shares[replicas_[i * replication_]] += static_cast<double>(points_[i] - before) * 0x1p-64;
  }
  return shares;
}

}  // namespace chatsim::models
