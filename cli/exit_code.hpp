#pragma once

namespace chatsim::cli {

/// What the shell is told; continuous integration branches on these.
enum class ExitCode : int {
  done = 0,
  budget_missed = 1,
  wrong_input = 2,   ///< The scenario or the call.
  inconclusive = 3,  ///< The confidence interval straddles the budget.
  no_data = 4,       ///< A budget names a metric without data.
  internal_error = 70,
  interrupted = 130,  ///< 128 + SIGINT, as shells count.
};

}  // namespace chatsim::cli
