#pragma once

#include <functional>

#include "models/population/directory.hpp"

namespace chatsim::models {

/// Who writes to whom, and when: messages of all users together are a Poisson process, whose rate follows the daily curve.
class Traffic {
 public:
  using Send = std::function<void(const Message& message)>;

  Traffic(Context& context, const Directory& directory);

  /// Calls `send` at each arrival, until it is stopped or the scenario's rate changes.
  sim::Task<void> run(Send send);
  void stop() { stopped_ = true; }
  /// So many times as many messages as before, risen to linearly within a time.
  void multiply_load(double factor, sim::Duration rise);
  /// Of what the scenario says, now.
  double load() const;

  /// Takes over the rate of messages if it has changed in the scenario; what came before the run stays as it was.
  /// \returns whether it has: then run() has ended and is to be called anew.
  bool reconfigure();

  /// The n-th message, but for the time it is sent: who is online now writes.
  Message message(std::uint64_t number) const;

  /// A message from before the run that a user got: the n-th of those that waited for the next login.
  Message earlier_to(UserId recipient, std::uint32_t number, sim::Time sent) const;
  /// A message from before the run that somebody who is online now got: the n-th of these.
  struct Earlier {
    Message message;
    UserId recipient;
  };
  Earlier earlier(std::uint64_t number) const;

  /// Mean over all messages: 1 of a direct message, all members but the author of one to a group.
  double recipients_per_message() const { return recipients_; }
  spec::PerSecond mean_rate() const { return spec::PerSecond{1 / mean_gap_s_}; }

 private:
  void choose_direct(Message& message) const;
  UserId somebody_else(UserId user, double lot, std::uint64_t bits) const;
  GroupId choose_group(const sim::Draw& draw) const;
  void choose_group_and_author(Message& message) const;

  Context& context_;
  const Directory& directory_;
  double mean_gap_s_;
  std::uint32_t rates_before_ = 0;  // The present one.
  std::uint64_t next_number_ = 1;   // Of a message.
  double group_share_;
  double active_share_;           // Of messages to groups: to the very active ones,
  std::uint64_t active_groups_;   // which are those with the lowest numbers.
  double recipients_;
  struct Load {
    double from = 1, to = 1;
    sim::Time begin{};
    sim::Duration rise{};
  };
  Load load_;
  bool stopped_ = false;
};

}  // namespace chatsim::models
