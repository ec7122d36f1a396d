#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// Of which tiers the report tells where their load comes from: of those that are saturated, or else of the
/// busiest one; or of all.
enum class Causes { of_the_busiest, of_all };

/// What an architect reads after a run: the verdict, then the tables it rests on. At most 110 columns wide
/// for tiers and tables of the usual names; ends with a newline. Figures of a slice that do not carry over to
/// the whole system end with a *.
std::string report(const spec::Result& result, const Paint& paint, Causes causes = Causes::of_the_busiest);

}  // namespace chatsim::cli
