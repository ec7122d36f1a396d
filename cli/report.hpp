#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/interval.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// Of which tiers the report tells where their load comes from: of those that are saturated, or else of the
/// busiest one; or of all.
enum class Causes { of_the_busiest, of_all };

/// How the result came about when it is the mean of several.
struct Replicated {
  std::uint64_t replications = 1;  ///< That have a result.
  spec::Intervals intervals;
  double wall_s = 0;   ///< All in all; of one replication the result knows it.
  std::string summary; ///< A sentence on how precise it is, or why there are no more.
};

/// What an architect reads after a run: the verdict, then the tables it rests on. At most 110 columns wide
/// for tiers and tables of the usual names; ends with a newline. Figures of a slice that do not carry over to
/// the whole system end with a *. Of several replications, figures have their interval behind or below them.
std::string report(const spec::Result& result, const Paint& paint, Causes causes = Causes::of_the_busiest,
                   const Replicated& replicated = {});

}  // namespace chatsim::cli
