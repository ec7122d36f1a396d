#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What broke in a run, how long it took to notice, to recover and to heal, and what users saw meanwhile, for people; empty
/// where nothing broke.
std::string fault_report(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
