#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "models/population/traffic.hpp"

namespace chatsim::models {

/// What waits for users who are offline: conversations whose status is not yet sent, as the index on status finds them.
///
/// They fill for months before a run begins and most are not read before it ends, so they are not stored as such. What
/// came before the run is a function of (seed, user, login): a Poisson number of messages for the part of the user's
/// absence that lies before the run. What is kept during the run is stored only if its user logs in before the run ends.
class Mailboxes {
 public:
  /// What the URL of a message's picture or video names; 0: none.
  using ObjectOf = std::function<std::uint64_t(MessageId message)>;
  Mailboxes(const Context& context, const Directory& directory, const Traffic& traffic, ObjectOf object_of);

  struct Kept {
    Message message;
    std::uint32_t index = 0;  ///< Of the recipient among those of the message.
    /// The device may have it already, or a push is still under way whose sender has died or given up.
    bool may_be_shown = false;
  };

  /// Until when it waits: for the next login, or a moment, after which it will be taken without one.
  enum class Until : std::uint8_t { login, soon };
  void keep(UserId user, const Kept& kept, Until until = Until::login);
  /// What came before the run is a function, and not gone once it was taken: only a login takes it, not a client that
  /// reconnects or whom something is handed over again.
  enum class BeforeRun : std::uint8_t { taken, left_out };
  /// All that waits for a user who is online, in the order in which it was sent; it waits no longer.
  std::vector<Kept> take(UserId user, BeforeRun before_run = BeforeRun::taken);

  /// What somebody found who logged in before the run, to be read now: the number-th such mailbox. Often empty.
  std::vector<Receipt> found_before(std::uint64_t number) const;

  /// Kept during the run and stored now.
  std::size_t stored() const { return stored_; }

 private:
  void add_earlier(UserId user, std::vector<Kept>& found) const;

  const Context& context_;
  const Directory& directory_;
  const Traffic& traffic_;
  ObjectOf object_of_;
  sim::Time end_;
  double deliveries_per_user_s_;  // At the mean rate.
  std::unordered_map<UserId, std::vector<Kept>> boxes_;
  std::size_t stored_ = 0;
};

}  // namespace chatsim::models
