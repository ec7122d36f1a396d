#include "models/messaging/messaging.hpp"

namespace chatsim::models {

// updateConversationStatus: what recipients' devices say, for the rows and for the authors.

sim::Call Messaging::confirm(sim::MachineIndex from, const Receipt& receipt, Hops& hops) {
  const sim::MachineIndex self = tier_.next(from);
  sim::CallOptions request =
      tier_.request(from, Step::receipt, context_.bytes(spec::Bytes{24}), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(receipt.recipient));
  return context_.world.rpc.call_task(request, tier_.leg(self, hops), [&](sim::ReplyTo done) {
    return serve_receipt(std::move(done), self, receipt);
  });
}

/// The recipient's row, and a receipt for the author.
sim::Task<void> Messaging::serve_receipt(sim::ReplyTo done, sim::MachineIndex self, Receipt receipt) {
  const bool read = receipt.status == Status::read;
  Hops hops = context_.hops(receipt.message,
                            read ? Hops::of_read_receipt(receipt.index) : Hops::of_receipt(receipt.index));
  done.ok();
  mark(self, receipt.message, receipt.recipient, read ? Step::mark_read : Step::mark_delivered, hops);
  co_await return_receipt(self, receipt.author, hops);
}

sim::Call Messaging::confirm_all(sim::MachineIndex from, std::vector<Receipt> receipts, Hops& hops) {
  const sim::MachineIndex self = tier_.next(from);
  const sim::LegOptions leg = tier_.leg(self, hops);
  sim::CallOptions request =
      tier_.request(from, Step::receipt, context_.bytes(static_cast<double>(receipts.size()) * spec::Bytes{24}),
                    context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(receipts.front().recipient));
  return context_.world.rpc.call_task(
      request, leg,
      [&](sim::ReplyTo done) { return serve_receipts(std::move(done), self, std::move(receipts), hops); });
}

/// The rows of one user lie together: one write for all of them.
sim::Task<void> Messaging::serve_receipts(sim::ReplyTo done, sim::MachineIndex self, std::vector<Receipt> receipts,
                                          Hops hops) {
  done.ok();
  const Receipt& first = receipts.front();
  const bool read = first.status == Status::read;
  mark(self, first.message, first.recipient, read ? Step::mark_read : Step::mark_delivered, hops,
       static_cast<std::uint32_t>(receipts.size()));
  for (const Receipt& receipt : receipts) __builtin_prefetch(profiles_.hint(receipt.author));
  for (const Receipt& receipt : receipts) {
    const std::uint32_t range = read ? Hops::of_read_receipt(receipt.index) : Hops::of_receipt(receipt.index);
    sim::spawn(self, return_receipt(self, receipt.author, context_.hops(receipt.message, range)));
  }
  co_return;
}

sim::Task<void> Messaging::return_receipt(sim::MachineIndex self, UserId author, Hops hops) {
  Profile::Location location = co_await profiles_.server_of(self, author, Step::locate_author, hops);
  if (location.missing()) {
    location = co_await profiles_.look_aside(self, author, location.found, Step::locate_author, hops);
  }
  if (location.outcome != sim::Outcome::ok) {
    ++counts_.statuses.receipts_failed;
  } else if (location.server) {
    context_.world.rpc.post(gateways_.push_receipt(self, *location.server, hops));
  }
}

}  // namespace chatsim::models
