#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "models/service/message.hpp"
#include "sim/kernel/task.hpp"

namespace chatsim::models {

/// Why a client connects: its user comes, it was sent away from another gateway, or that one died.
enum class ConnectCause : std::uint8_t { login, sent_away, lost };

/// A client on its way to a connection. Tens of millions may wait at a time to try again: half a cache line each, and no
/// coroutine.
struct ConnectAttempt {
  sim::Time begin{};  ///< Of the first one.
  UserId user{};
  std::uint64_t number : 40 = 0;  ///< Of the login.
  std::uint64_t attempt : 8 = 0;  ///< From 0.
  std::uint64_t draws : 12 = 0;   ///< Random numbers it has used.
  std::uint64_t cause : 4 = 0;    ///< A ConnectCause.

  /// Never Directory::gave_up.
  std::uint32_t ticket() const { return static_cast<std::uint32_t>(number) | 1U << 31; }
};

/// Clients that were turned away and wait to try again.
class Retries {
 public:
  using Due = std::function<void(ConnectAttempt attempt)>;
  Retries(sim::Scheduler& scheduler, Due due) : scheduler_(scheduler), due_(std::move(due)) {}

  void wait(const ConnectAttempt& attempt, sim::Duration pause);
  std::size_t waiting() const { return waiting_.size(); }
  static constexpr std::size_t bytes_of_one = sizeof(sim::Time) + sizeof(ConnectAttempt);

 private:
  struct Waiting {
    sim::Time at;
    ConnectAttempt attempt;
    bool operator>(const Waiting& other) const {
      return at != other.at ? at > other.at : attempt.number > other.attempt.number;
    }
  };
  static_assert(sizeof(Waiting) == bytes_of_one && bytes_of_one == 32);

  sim::Task<void> wake(sim::Time at);

  sim::Scheduler& scheduler_;
  Due due_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  sim::Time next_wake_ = sim::time_never;
};

}  // namespace chatsim::models
