#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// The six of the design document ("There are only 6 reasons to scale").
enum class Reason { storage, throughput, response_time, latency, hotspots, availability };

inline constexpr std::array<Reason, 6> all_reasons{Reason::storage, Reason::throughput, Reason::response_time,
                                                   Reason::latency, Reason::hotspots,   Reason::availability};
std::string_view reason_name(Reason reason);

/// Whether one machine at one place is not enough for this reason. It is not when the amount is above the
/// limit.
struct Answer {
  Reason reason = Reason::storage;
  double amount = 0;  ///< What is asked of the tier.
  double limit = 0;   ///< What one machine (or place, or moment) has to give; infinite where nothing limits.
  std::string_view unit;  ///< Of both: bytes, per second, seconds, connections, failures.
  std::string why;        ///< Both in words: "420 PB on disks of 400 TB a machine".

  bool scale() const { return amount > limit; }
};

struct TierAnswers {
  std::string tier;             ///< As in results: gateway, message_store, ...
  std::vector<Answer> answers;  ///< In the order of all_reasons.
};

/// A request or a way to the datacenter that takes longer is noticed (Miller 1968; Nielsen 1993: 0.1 s is
/// about the limit for a reaction to feel instantaneous).
inline constexpr spec::Seconds noticed{0.1};

/// For every service and store. Rates are those that the scenario offers, load factor included: requests of
/// messages and logins, of which a plan gives the whole. Service times are those on its hosts.
std::vector<TierAnswers> reasons_to_scale(const spec::Scenario& scenario);

}  // namespace chatsim::planner
