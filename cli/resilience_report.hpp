#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What was not served, or not sent, and what was sent twice, by tier: only tiers that have any of it. Empty where no
/// option asks for it and no client sent a message again.
std::string resilience_report(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
