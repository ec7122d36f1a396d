#include "models/messaging/messaging.hpp"

namespace chatsim::models {

// sendMessagesWhenUserComesOnline, and what a failure left for somebody who is online.

/// What waited for a user and is being handed over. What is not, waits again.
class Messaging::HandOver {
 public:
  HandOver(Messaging& messaging, UserId to, Mailboxes::BeforeRun before_run)
      : user(to), kept(messaging.mailboxes_.take(to, before_run)), shown(kept.size()), messaging_(messaging) {}
  HandOver(HandOver&& other) noexcept
      : user(other.user),
        kept(std::move(other.kept)),
        shown(std::move(other.shown)),
        pushed(other.pushed),
        messaging_(other.messaging_),
        open_(std::exchange(other.open_, false)) {}
  HandOver& operator=(HandOver&&) = delete;
  ~HandOver() {
    if (open_) fails(Mailboxes::Until::soon);
  }

  void succeeds() { open_ = false; }
  void fails(Mailboxes::Until until) {
    open_ = false;
    messaging_.counts_.mailbox_failed += kept.size();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (shown[i].done) messaging_.gateways_.note_shown(kept[i].message.id, user);
      kept[i].may_be_shown |= pushed;
      messaging_.mailboxes_.keep(user, kept[i], until);
    }
    if (until == Mailboxes::Until::soon && !kept.empty()) messaging_.hand_over_soon(user);
  }

  UserId user;
  std::vector<Mailboxes::Kept> kept;
  std::vector<Once> shown;
  bool pushed = false;

 private:
  Messaging& messaging_;
  bool open_ = true;
};

/// After a failure, a recipient who is online does not wait for the next login.
void Messaging::keep_for_now(Member recipient, const Message& message, Once shown) {
  if (shown.done) gateways_.note_shown(message.id, recipient.user);
  const bool online = directory_.online(recipient.user);
  mailboxes_.keep(recipient.user, {message, recipient.index, true},
                  online ? Mailboxes::Until::soon : Mailboxes::Until::login);
  if (online) hand_over_soon(recipient.user);
}

/// Who is away finds it when it is back.
void Messaging::hand_over_soon(UserId user) {
  if (directory_.away(user)) return;
  if (left_behind_.insert(user).second) sim::spawn(sim::no_machine, hand_over_later(user));
}

sim::Task<void> Messaging::hand_over_later(UserId user) {
  // As long as the user's server is known to be down there is no sense in it.
  do {
    co_await sim::sleep(context_.world.scheduler, hand_over_pause);
  } while (directory_.connected(user) && !context_.world.fleet[gateways_.machine_of(user)].up);
  left_behind_.erase(user);
  if (!directory_.connected(user)) co_return;  // The next login finds it, or the client that is back.
  const sim::MachineIndex self = tier_.next_in(directory_.region_of(user), sim::no_machine);
  sim::spawn(self, serve_kept({}, self, {*this, user, Mailboxes::BeforeRun::left_out},
                              context_.hops(Stream::hand_over, ++hand_overs_)));
}

/// Taken from here on: should the request be lost, the hand-over fails, and nothing with it.
sim::Call Messaging::send_kept(sim::MachineIndex from, UserId user, Mailboxes::BeforeRun before_run, Hops& hops) {
  const sim::MachineIndex self = tier_.next(from);
  const sim::LegOptions leg = tier_.leg(self, hops);
  sim::CallOptions request =
      tier_.request(from, Step::drain, context_.bytes(spec::Bytes{8}), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(user));
  return context_.world.rpc.call_task(request, leg, [&](sim::ReplyTo done) {
    return serve_kept(std::move(done), self, {*this, user, before_run}, hops);
  });
}

/// "Will send messages to a recipient that was sent when they were not online."
sim::Task<void> Messaging::serve_kept(sim::ReplyTo done, sim::MachineIndex self, HandOver box, Hops hops) {
  const UserId user = box.user;
  const std::vector<Mailboxes::Kept>& kept = box.kept;
  const auto rows = static_cast<std::uint32_t>(kept.size());

  // The index on status: which conversations of this user are not yet sent. Without it, all of the user's are looked
  // through. The newest must not be overlooked.
  const Store::Shard newest =
      rows > 0 ? conversation_of(kept.back().message.id, user) : conversation_of(MessageId{0}, user);
  const sim::Reply found = co_await conversations_.get(self, newest, rows, Step::mailbox, hops, mailbox_scan_);
  if (found.outcome != sim::Outcome::ok) {
    box.fails(Mailboxes::Until::login);
    co_return;
  }
  if (kept.empty()) {
    done.ok();
    box.succeeds();
    co_return;
  }
  for (const Mailboxes::Kept& one : kept) {
    __builtin_prefetch(messages_.shard_hint(static_cast<std::uint64_t>(one.message.id)));
  }
  // Their messages, in parallel.
  sim::CallGroup fetches(16);
  for (const Mailboxes::Kept& one : kept) {
    co_await fetches.start(messages_.fetch(self, row_of(one.message), Step::mailbox_message, hops));
  }
  co_await fetches.join();

  // In one push, in the order in which they were sent.
  const Directory::Whereabouts whereabouts = directory_.whereabouts(user);
  const sim::Handle this_hand_over = co_await this_task();
  std::vector<Push> pushes;
  pushes.reserve(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    pushes.push_back({kept[i].message, user, kept[i].index,
                      kept[i].may_be_shown ? OnceRef::without_owner() : OnceRef{this_hand_over, box.shown[i]}});
  }
  box.pushed = true;
  const sim::Reply pushed = co_await gateways_.push_all(self, whereabouts.gateway, std::move(pushes), hops);
  if (pushed.outcome != sim::Outcome::ok) {
    box.fails(directory_.online(user) ? Mailboxes::Until::soon : Mailboxes::Until::login);
    co_return;
  }
  done.ok(rows);
  box.succeeds();
  mark(self, kept.back().message.id, user, Step::mark_mailbox, hops, rows);
}

}  // namespace chatsim::models
