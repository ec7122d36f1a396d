#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What several regions make of a run, for people; empty with one.
std::string region_report(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
