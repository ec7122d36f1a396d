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

  CHATSIM_CHECK(options.machines < 1U << machine_bits, "{} machines in a ring", options.machines);
  std::vector<Point> points;
  points.reserve(std::size_t{options.machines} * options.virtual_nodes);
  for (std::uint32_t machine = 0; machine < options.machines; ++machine) {
    const std::uint64_t id = options.store << 32 | machine;
    for (std::uint32_t node = 0; node < options.virtual_nodes; ++node) {
      points.push_back({sim::Draw(options.random, options.stream, id, node).bits32(0), machine});
    }
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.position != b.position ? a.position < b.position : a.machine < b.machine;
  });
  unsigned bits = 1;
  while (static_cast<double>(points.size()) > most_in_bucket * static_cast<double>(std::size_t{1} << bits)) ++bits;
  while (!fill(points, bits)) ++bits;
}

/// \returns false if one bucket beyond its own is not enough room for a point.
bool HashRing::fill(const std::vector<Point>& points, unsigned bits) {
  CHATSIM_CHECK(bits <= 32 - fraction_bits, "{} points do not fit into a ring", points.size());
  shift_ = 32 - bits;
  slots_.assign(((std::size_t{1} << bits) + 1) * slots_per_bucket + 1, empty);
  std::size_t slot = 0;
  for (const Point& point : points) {
    const std::size_t bucket = point.position >> shift_;
    slot = std::max(slot, bucket * slots_per_bucket);
    const std::size_t stored_in = slot / slots_per_bucket;
    if (stored_in > bucket + 1) return false;
    const std::uint32_t fraction = point.position >> (shift_ - fraction_bits) & ((1U << fraction_bits) - 1);
    const std::uint32_t own = stored_in == bucket ? 1U << fraction_bits : 0;
    slots_[slot++] = static_cast<Slot>((own + fraction) << machine_bits | point.machine);
  }
  return true;
}

void HashRing::replicas(std::uint64_t key, std::span<std::uint32_t> found) const {
  CHATSIM_CHECK(found.size() <= domains_, "{} failure domains for {} replicas", domains_, found.size());
  std::size_t slot = owner(position_of(key));
  for (std::uint32_t count = 0; count < found.size(); slot = after(slot)) {
    found[count] = machine_at(slot);
    count += is_elsewhere(found.data(), count);
  }
}

std::vector<std::uint32_t> HashRing::boundaries() const {
  std::vector<std::uint32_t> begins;
  for (std::size_t slot = 0; slot + 1 < slots_.size(); ++slot) {
    if (slots_[slot] == empty) continue;
    // A point owns what lies up to its own fraction of a bucket, which counts from that of the bucket before.
    const std::uint64_t last =
        ((slot / slots_per_bucket) << fraction_bits) + static_cast<std::uint64_t>(slots_[slot] >> machine_bits);
    begins.push_back(static_cast<std::uint32_t>((last + 1 - (1 << fraction_bits)) << (shift_ - fraction_bits)));
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  return begins;
}

std::vector<double> HashRing::shares() const {
  const auto all = static_cast<double>(std::uint64_t{1} << (32 - shift_ + fraction_bits));
  std::vector<double> shares(domain_.size(), 0.0);
  double before = -1, first = 0;
  std::uint32_t first_machine = 0;
  for (std::size_t slot = 0; slot + 1 < slots_.size(); ++slot) {
    if (slots_[slot] == empty) continue;
    // From the beginning of the ring: a slot counts from that of the bucket before its own.
    const double position = static_cast<double>((slot / slots_per_bucket) << fraction_bits) +
                            static_cast<double>(slots_[slot] >> machine_bits) - (1 << fraction_bits);
    if (before < 0) {
      first = position;
      first_machine = machine_at(slot);
    } else {
      shares[machine_at(slot)] += (position - before) / all;
    }
    before = position;
  }
  shares[first_machine] += (first + all - before) / all;
  return shares;
}

}  // namespace chatsim::models
