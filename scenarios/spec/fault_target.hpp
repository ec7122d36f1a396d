#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What a fault befalls, as Fault::target says it. Elements are numbered from 0.
struct FaultTarget {
  enum class Kind { tier, rack, pod, datacenter, region, power, replicas };
  Kind kind = Kind::tier;
  std::string name;  ///< Of a tier, as in results: "gateway", "message_store". Of replicas: the table, "message".
  /// The elements, unless a share is given.
  std::uint64_t first = 0, last = 0;
  /// Of a tier's machines, as many as it rounds to, strewn evenly over them: a whole tier is the share of 1.
  std::optional<Probability> share;
  std::uint64_t row = 0;  ///< Of replicas: any number, which a row of the table stands for.
};

/// Reads "gateway 0-3, rack 2". What is no failure domain is taken for a tier. \returns nothing and sets `error` where it makes no
/// sense.
std::optional<std::vector<FaultTarget>> parse_fault_targets(std::string_view text, std::string& error);

}  // namespace chatsim::spec
