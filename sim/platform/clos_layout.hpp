#pragma once

#include <array>
#include <cstdint>

#include "scenarios/spec/datacenter.hpp"

namespace chatsim::sim {

/// Hosts are numbered through: those of a rack, the racks of a pod and so on are neighbours.
using HostIndex = std::uint32_t;
/// Every link of the fabric, in one flat numbering.
using LinkIndex = std::uint32_t;

inline constexpr LinkIndex no_link = ~LinkIndex{0};

/// What a host shares its fate with. The indices of racks, pods and so on count through the whole platform.
struct FailureDomains {
  HostIndex host;
  std::uint32_t rack;
  std::uint32_t pod;
  std::uint32_t datacenter;
  std::uint32_t region;

  bool operator==(const FailureDomains&) const = default;
};

/// The links from one host to another, in order.
class Route {
 public:
  void add(LinkIndex link) { links_[count_++] = link; }

  const LinkIndex* begin() const { return links_.data(); }
  const LinkIndex* end() const { return links_.data() + count_; }
  std::size_t size() const { return count_; }

 private:
  std::array<LinkIndex, 10> links_{};  // four up, the WAN, four down, a throttle
  std::uint32_t count_ = 0;
};

/// Which link is where: the arithmetic of the fabric that clos_zone.hpp draws, without SimGrid. Every element
/// of a level has one link up to the next level and one down from it; ordered pairs of regions have a WAN
/// link.
class ClosLayout {
 public:
  /// host, rack, pod, datacenter: the levels whose elements have an up and a down link.
  static constexpr int levels = 4;

  ClosLayout(const spec::Datacenter& datacenter, std::uint32_t throttles);

  /// Elements of a level; level 4 counts the regions.
  std::uint32_t count(int level) const { return count_[level]; }
  /// The rack of a host, the pod of a rack, ...
  std::uint32_t parent(int level, std::uint32_t element) const { return element / children_[level]; }

  LinkIndex up(int level, std::uint32_t element) const { return first_up_[level] + element; }
  LinkIndex down(int level, std::uint32_t element) const {
    return first_up_[level] + count_[level] + element;
  }
  /// From one region to another one.
  LinkIndex wan(std::uint32_t from, std::uint32_t to) const {
    return first_wan_ + from * (count_[levels] - 1) + (to < from ? to : to - 1);
  }
  /// What a host talks to itself over; one for all, since it is never a bottleneck between hosts.
  LinkIndex loopback() const { return loopback_; }
  /// A link for flows alone that are to be slowed down together.
  LinkIndex throttle(std::uint32_t index) const { return loopback_ + 1 + index; }
  std::uint32_t throttles() const { return throttles_; }
  std::uint32_t links() const { return loopback_ + 1 + throttles_; }

  FailureDomains domain(HostIndex host) const;
  Route route(HostIndex source, HostIndex destination) const;

 private:
  std::array<std::uint32_t, levels> children_{};  // elements of the level in one of the next
  std::array<std::uint32_t, levels + 1> count_{};
  std::array<LinkIndex, levels> first_up_{};
  LinkIndex first_wan_ = 0;
  LinkIndex loopback_ = 0;
  std::uint32_t throttles_ = 0;
};

}  // namespace chatsim::sim
