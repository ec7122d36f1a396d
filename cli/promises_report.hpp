#pragma once

#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "cli/verdict.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What an architect must know first: promises that were broken, one line each. Either a bug of the simulator, or a
/// fault that is worse than what the promise is made for.
std::vector<VerdictLine> broken_promises(const spec::Result& result);

/// "Promises: all 11 held", then what happened that was not promised not to, one line each; empty without promises.
/// After a disturbance, whether replicas agree again.
std::string promises_lines(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
