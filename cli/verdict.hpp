#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/marks.hpp"
#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// More work is offered to the tier than it can do, or it never idles.
bool is_saturated(const spec::TierSummary& tier);

/// What a machine of the tier runs out of first: "50 threads" or "32 cores".
std::string limit_of(const spec::TierSummary& tier);

/// Where the load of the tier comes from, the largest part first; what brings nothing is left out.
std::vector<spec::TierLoad> loads_by_size(const spec::TierSummary& tier);

/// Machines with which the load of this run would use `utilisation` of the tier. A lower bound when a tier
/// before it is saturated too, since that one holds load back.
std::uint64_t machines_for(const spec::TierSummary& tier, double utilisation);

struct VerdictLine {
  Ink ink = Ink::plain;
  std::string text;
};

/// What an architect must know before any table: was it a whole run, can it be trusted, does the design hold
/// the load, and what gives way first.
std::vector<VerdictLine> verdict(const spec::Result& result, const Marks& marks);

}  // namespace chatsim::cli
