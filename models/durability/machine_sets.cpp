#include "models/durability/machine_sets.hpp"

#include <algorithm>

#include "models/store/ranges.hpp"
#include "sim/kernel/check.hpp"

namespace chatsim::models {

MachineSets::MachineSets(const HashRing& ring) : MachineSets(ring.machines(), ring.replication(), pieces_of(ring)) {}
MachineSets::MachineSets(const Copysets& copysets)
    : MachineSets(copysets.machines(), copysets.replication(), pieces_of(copysets)) {}
MachineSets::MachineSets(const RandomChunks& chunks)
    : MachineSets(chunks.machines, chunks.replication, pieces_of(chunks)) {}

template <class Placement>
std::vector<MachineSets::Piece> MachineSets::pieces_of(const Placement& placement) {
  std::vector<Piece> pieces;
  for_each_range(placement, [&](const Range& range, const HashRing::Replicas& replicas) {
    pieces.push_back({replicas, range.share});
  });
  return pieces;
}

std::vector<MachineSets::Piece> MachineSets::pieces_of(const RandomChunks& chunks) {
  std::vector<Piece> pieces(chunks.chunks);
  for (std::uint64_t number = 0; number < chunks.chunks; ++number) {
    sim::DrawSequence random(chunks.random, chunks.stream, number);
    HashRing::Replicas& replicas = pieces[number].replicas;
    for (std::uint32_t i = 0; i < chunks.replication;) {
      replicas[i] = static_cast<std::uint32_t>(random.uniform() * chunks.machines);
      i += std::find(replicas.begin(), replicas.begin() + i, replicas[i]) == replicas.begin() + i;
    }
    pieces[number].share = 1 / static_cast<double>(chunks.chunks);
  }
  return pieces;
}

MachineSets::MachineSets(std::uint32_t machines, std::uint32_t replication, std::vector<Piece> pieces)
    : machines_(machines), replication_(replication) {
  CHATSIM_CHECK(replication_ <= machines_ && replication_ <= HashRing::most_replicas, "{} replicas on {} machines",
                replication_, machines_);
  for (Piece& piece : pieces) {
    std::sort(piece.replicas.begin(), piece.replicas.begin() + replication_);
    std::fill(piece.replicas.begin() + replication_, piece.replicas.end(), 0);
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.replicas < b.replicas; });
  const HashRing::Replicas* last = nullptr;
  for (const Piece& piece : pieces) {
    if (last != nullptr && *last == piece.replicas) {
      shares_.back() += piece.share;
      continue;
    }
    last = &piece.replicas;
    members_.insert(members_.end(), piece.replicas.begin(), piece.replicas.begin() + replication_);
    shares_.push_back(piece.share);
  }
  begins_.assign(machines_ + 1, 0);
  for (const std::uint32_t machine : members_) ++begins_[machine + 1];
  for (std::uint32_t machine = 0; machine < machines_; ++machine) begins_[machine + 1] += begins_[machine];
  of_machines_.resize(members_.size());
  std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
  for (std::size_t i = 0; i < members_.size(); ++i)
    of_machines_[next[members_[i]]++] = static_cast<std::uint32_t>(i / replication_);
}

double MachineSets::held(std::uint32_t machine) const {
  double held = 0;
  for (const std::uint32_t number : of_machine(machine)) held += shares_[number];
  return held;
}

std::uint32_t MachineSets::scatter_width(std::uint32_t machine) const {
  std::vector<std::uint32_t> others;
  for (const std::uint32_t number : of_machine(machine)) {
    for (const std::uint32_t member : set(number)) {
      if (member != machine) others.push_back(member);
    }
  }
  std::sort(others.begin(), others.end());
  return static_cast<std::uint32_t>(std::unique(others.begin(), others.end()) - others.begin());
}

}  // namespace chatsim::models
