#pragma once

#include <cstdint>
#include <vector>

#include "models/population/schedule.hpp"
#include "models/service/spread.hpp"

namespace chatsim::models {

/// In which region each user lives: a function of the user's position in the schedule. Positions are dealt to the regions
/// in turn, by a pattern that repeats and in which each region comes as often as its share of the users says:
///
///     position  0 1 2 3 4 5 6 7 8 9 ...        60 % and 40 %
///     region    0 1 0 1 0 0 1 0 1 0 ...
///     rank      0 0 1 1 2 3 2 4 3 5 ...        of the user among those of the region
///
/// So every stretch of positions has its share of every region, and the n-th user of a region, and how many there are in a
/// stretch, follow by counting. With one region rank and position are the same.
class UserRegions {
 public:
  using Position = Schedule::Position;

  explicit UserRegions(const Context& context);

  std::uint32_t count() const { return count_; }
  bool one() const { return count_ == 1; }
  double share(std::uint32_t region) const { return shares_[region]; }

  std::uint32_t region_of(Position position) const { return pattern_[static_cast<std::uint64_t>(position) % period_]; }
  /// How many positions before one there are of a region: the rank of the first user from there on.
  std::uint64_t before(std::uint32_t region, std::uint64_t position) const {
    return position / period_ * in_period(region) + prefix_[region * (period_ + 1) + position % period_];
  }
  std::uint64_t rank_of(Position position) const {
    return before(region_of(position), static_cast<std::uint64_t>(position));
  }
  std::uint64_t users_in(std::uint32_t region) const { return before(region, users_); }
  Position position_of(std::uint32_t region, std::uint64_t rank) const {
    const std::uint64_t n = in_period(region);
    return Position{rank / n * period_ + places_[first_place_[region] + rank % n]};
  }
  /// The next user of a region from a position on; from the beginning if there is none.
  Position next_in(std::uint32_t region, Position from) const {
    return position_of(region, before(region, static_cast<std::uint64_t>(from)) % users_in(region));
  }

  /// A region by its share of the users. \param bits any.
  std::uint32_t region_by_share(std::uint64_t bits) const { return pattern_[spread(bits) % period_]; }
  /// `home` with the probability that the scenario says, else another one by its share of the users.
  /// \param lot in [0, 1).
  std::uint32_t same_or_other(std::uint32_t home, double lot) const;

 private:
  std::uint64_t in_period(std::uint32_t region) const { return first_place_[region + 1] - first_place_[region]; }

  std::uint32_t count_;
  std::uint64_t users_;
  double same_;
  std::vector<double> shares_;
  std::uint64_t period_;
  std::vector<std::uint8_t> pattern_;       // The region of each position of a period.
  std::vector<std::uint16_t> prefix_;       // By region and position of a period: how many before it.
  std::vector<std::uint16_t> places_;       // Region after region: its positions in a period.
  std::vector<std::uint32_t> first_place_;  // By region.
};

}  // namespace chatsim::models
