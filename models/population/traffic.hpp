#pragma once

#include <functional>

#include "models/population/directory.hpp"

namespace chatsim::models {

/// Who writes to whom, and when: messages of all users together are a Poisson process.
class Traffic {
 public:
  using Send = std::function<void(const Message& message)>;

  Traffic(Context& context, const Directory& directory);

  /// Calls `send` at each arrival, for as long as the simulation lasts.
  sim::Task<void> run(Send send);

  /// The n-th message, but for the time it is sent.
  Message message(std::uint64_t number) const;

 private:
  void choose_direct(Message& message) const;
  void choose_group(Message& message) const;

  Context& context_;
  const Directory& directory_;
  double mean_gap_s_;
  double group_share_;
};

}  // namespace chatsim::models
