#pragma once

#include <functional>
#include <vector>

#include "models/population/directory.hpp"

namespace chatsim::models {

/// What users' devices see. A device shows a conversation in the order in which it was sent: a message that comes after
/// a later one is put in its place, if it comes within `reorder_window`; older ones would be overlooked and break the
/// order. To notice it, the latest message of recent conversations is remembered in a table of fixed size, where a new
/// conversation takes the place of an old one.
class Devices {
 public:
  explicit Devices(const Context& context);

  static constexpr sim::Duration reorder_window{2'000'000'000};

  /// A message is shown to a user.
  void show(UserId user, const Message& message);

  /// When a long-polling client can take a message: at once, or when its next poll is there.
  sim::Time next_poll(UserId user) const;
  /// The client's poll was answered; its next one comes after a round trip.
  void answered(UserId user, sim::Time next);

  /// Called for every message that is shown, in order. For tests.
  std::function<void(UserId user, const Message& message)> observer;

  void begin_measuring() { overtaken_ = out_of_order_ = duplicates_ = 0; }
  std::uint64_t overtaken() const { return overtaken_; }
  std::uint64_t out_of_order() const { return out_of_order_; }
  /// Shown a second time, although the service is to prevent it; noticed while no later one of the conversation came.
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  static constexpr std::size_t entries = std::size_t{1} << 16;
  struct Latest {
    std::uint64_t conversation = 0;
    MessageId message{};
    sim::Time sent{};
    sim::Time shown{};
  };
  struct Poll {
    UserId user{};
    sim::Time next{};
  };

  const Context& context_;
  std::vector<Latest> latest_;
  std::vector<Poll> polls_;
  std::uint64_t overtaken_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace chatsim::models
