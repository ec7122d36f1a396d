#pragma once

#include <atomic>

namespace chatsim::cli {

/// While it lives, the first Ctrl-C only sets `requested()`; the second ends the program as it always would.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  const std::atomic<bool>& requested() const;
};

}  // namespace chatsim::cli
