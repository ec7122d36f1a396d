#pragma once

#include <stdexcept>

namespace chatsim::cli {

/// The call cannot be carried out as given: the user reads the message, one line, and the exit code is 2.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace chatsim::cli
