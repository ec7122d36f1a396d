#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What happened to the replicas of tables, for people: machines that came, left or were rebuilt, leaders that changed, writes
/// that replicas missed. Empty if nothing did.
std::string replica_report(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
