#pragma once

#include <array>
#include <optional>
#include <span>
#include <unordered_map>

#include "models/blob/attachments.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/hash_ring.hpp"

namespace chatsim::models {

/// Where the parts of an object lie: its copies, or its fragments, of which any k restore it. They are on different
/// machines in different failure domains, found by consistent hashing.
///
/// A part is where it belongs unless noted otherwise: what is still to be written, and what a failure lost.
class Placement {
 public:
  Placement(const Context& context, const AppTier& tier);

  static constexpr std::uint32_t most_parts = 64;

  /// Copies, or data and parity fragments together.
  std::uint32_t parts() const { return parts_; }
  bool coded() const { return coded_; }
  /// Parts that restore an object: 1 copy, k fragments.
  std::uint32_t enough() const { return enough_; }
  /// Parts on disks that make an object safe: a majority of copies; of fragments, k and half of the m beyond.
  std::uint32_t safe() const { return safe_; }
  spec::Bytes part_of(spec::Bytes object) const;
  /// Bytes on disks for each byte of an object.
  double overhead() const { return static_cast<double>(parts_) / enough_; }

  /// The machines of all parts, in order: of fragments, the data come first.
  struct Machines {
    std::array<sim::MachineIndex, most_parts> machine;
    std::uint32_t count;

    std::span<const sim::MachineIndex> all() const { return {machine.data(), count}; }
  };
  Machines machines_of(BlobUrl url) const;
  /// Which part the machine has.
  std::optional<std::uint32_t> part_at(BlobUrl url, sim::MachineIndex machine) const;

  /// No part is there yet.
  void begin(BlobUrl url) { absent_[url.object] = ~std::uint64_t{0} >> (64 - parts_); }
  void arrived(BlobUrl url, std::uint32_t part);
  /// Nobody will ask for it: it was given up.
  void forget(BlobUrl url) { absent_.erase(url.object); }
  bool present(BlobUrl url, std::uint32_t part) const;
  /// Objects of which some part is not there.
  std::size_t incomplete() const { return absent_.size(); }

 private:
  const AppTier& tier_;
  bool coded_;
  std::uint32_t parts_, enough_, safe_;
  HashRing ring_;
  std::unordered_map<std::uint64_t, std::uint64_t> absent_;  // By object, a bit a part.
};

}  // namespace chatsim::models
