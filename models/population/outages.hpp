#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/kernel/time.hpp"

namespace chatsim::models {

/// When gateways died: what a client that was connected then does next is a function of it, and stored for none of them.
class Outages {
 public:
  struct Outage {
    sim::Time down{};
    std::uint32_t number = 0;  ///< Among those of all gateways.
  };

  /// \param longest_session what happened longer ago concerns nobody who is connected, and may be forgotten.
  Outages(std::uint32_t gateways, sim::Duration longest_session)
      : gateways_(gateways), longest_session_(longest_session) {}

  bool empty() const { return of_.empty(); }
  /// The number of the next one: who connects now is concerned by those from it on.
  std::uint32_t next() const { return next_; }
  Outage add(std::uint32_t gateway, sim::Time now);

  /// The first outage of a gateway later than an instant, or from a number on; nullptr if there is none. Until add().
  const Outage* first_after(std::uint32_t gateway, sim::Time instant) const;
  const Outage* first_from(std::uint32_t gateway, std::uint32_t number) const;
  bool any_of(std::uint32_t gateway) const { return !of_.empty() && !of_[gateway].empty(); }

 private:
  /// A gateway with so many outages is looked through for those that may be forgotten.
  static constexpr std::size_t many = 16;

  std::uint32_t gateways_;
  sim::Duration longest_session_;
  std::uint32_t next_ = 0;
  std::vector<std::vector<Outage>> of_;  // By gateway, in order; none before the first outage.
};

}  // namespace chatsim::models
