#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Where the rows of a store live when there are several regions.
enum class RowRegions { spread, home };
template <>
struct EnumNames<RowRegions> {
  static constexpr std::array<std::string_view, 2> names{"spread", "home"};
};

/// Whether another region that has copies answers for a home region that is down.
enum class Failover { off, on };
template <>
struct EnumNames<Failover> {
  static constexpr std::array<std::string_view, 2> names{"off", "on"};
};

/// How a store uses the regions of the datacenter. With one region it does not matter.
struct StoreRegions {
  RowRegions rows = RowRegions::spread;
  int copies = 0;
  Seconds copy_every{50e-3};
  Failover failover = Failover::off;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("rows", &StoreRegions::rows, Choice{},
          "where the replicas of a row are: spread, over all regions, so that a quorum waits for the WAN; home, all in the "
          "region of the user or group that the row belongs to");
    visit("copies", &StoreRegions::copies, between(0, 99),
          "further regions that get every write of a home region later, without anybody waiting for it");
    visit("copy_every", &StoreRegions::copy_every, between(Seconds{1e-3}, Seconds{3600}),
          "what a machine has to copy is sent in batches, one after this time; assumed");
    visit("failover", &StoreRegions::failover, Choice{},
          "on: when too few replicas of the home region are believed to be up, the next region with a copy is asked instead");
  }
};

/// The shares of users by region that a text says: `equal`, or a share for each region (`60% 40%`). Nothing if it does not
/// say as many as there are regions, or if they are not 1 together.
std::optional<std::vector<double>> user_shares(const std::string& text, int regions);

}  // namespace chatsim::spec
