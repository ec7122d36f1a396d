#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/service/step.hpp"
#include "scenarios/spec/result.hpp"
#include "sim/resources/rpc.hpp"

namespace chatsim::models {

/// Double-entry bookkeeping of messages and deliveries. What is open is counted by the tokens that exist, what is
/// done by how they ended; that both sides agree is checked, never assumed.
///
/// A token is held by the code that is responsible for a message or a delivery. Whoever drops it without an outcome,
/// because its machine died or a request got lost, has failed at the step where the token was last.
class Ledger {
 public:
  /// sim::Outcome, and the death of the machine that worked on it.
  static constexpr std::size_t ways_to_fail = 5;
  static constexpr std::size_t died = 4;
  using Failures = std::array<std::array<std::uint64_t, ways_to_fail>, static_cast<std::size_t>(Step::count)>;

  struct Counts {
    std::uint64_t offered = 0, acknowledged = 0, messages_failed = 0;
    std::uint64_t due = 0, delivered = 0, kept = 0, deliveries_failed = 0;
  };

  const Counts& total() const { return total_; }
  std::int64_t messages_open() const { return messages_open_; }
  std::int64_t deliveries_open() const { return deliveries_open_; }

  void begin_measuring();
  /// Fills messages, deliveries, failures and the conservation residual.
  void report(spec::Result& result) const;
  /// What the books are off by, over the whole run, messages and deliveries added up: zero.
  std::int64_t residual() const;

 private:
  friend class MessageToken;
  friend class DeliveryToken;
  void fail(Failures& failures, Step step, std::size_t way) { ++failures[static_cast<std::size_t>(step)][way]; }

  Counts total_;
  Counts before_;  // When measuring began.
  Failures message_failures_{}, delivery_failures_{};
  std::int64_t messages_open_ = 0;
  std::int64_t deliveries_open_ = 0;
};

/// Responsibility for the acknowledgement of one message.
class MessageToken {
 public:
  explicit MessageToken(Ledger& ledger) : ledger_(&ledger) {
    ++ledger.total_.offered;
    ++ledger.messages_open_;
  }
  MessageToken(MessageToken&& other) noexcept : ledger_(std::exchange(other.ledger_, nullptr)), step_(other.step_) {}
  MessageToken& operator=(MessageToken&&) = delete;
  ~MessageToken() { fail(Ledger::died); }

  void enter(Step step) { step_ = step; }
  Step step() const { return step_; }
  void acknowledged() {
    if (close()) ++closed_->total_.acknowledged;
  }
  void failed(sim::Outcome outcome) { fail(static_cast<std::size_t>(outcome)); }

 private:
  bool close() {
    closed_ = std::exchange(ledger_, nullptr);
    if (closed_ == nullptr) return false;
    --closed_->messages_open_;
    return true;
  }
  void fail(std::size_t way) {
    if (!close()) return;
    ++closed_->total_.messages_failed;
    closed_->fail(closed_->message_failures_, step_, way);
  }

  Ledger* ledger_;
  Ledger* closed_ = nullptr;
  Step step_ = Step::send;
};

/// Responsibility for the delivery of a message to one recipient, or to each of several.
class DeliveryToken {
 public:
  DeliveryToken(Ledger& ledger, std::uint64_t recipients) : ledger_(&ledger), count_(recipients) {
    ledger.total_.due += recipients;
    ledger.deliveries_open_ += static_cast<std::int64_t>(recipients);
  }
  DeliveryToken(DeliveryToken&& other) noexcept
      : ledger_(other.ledger_), count_(std::exchange(other.count_, 0)), step_(other.step_) {}
  DeliveryToken& operator=(DeliveryToken&&) = delete;
  ~DeliveryToken() { fail(Ledger::died); }

  void enter(Step step) { step_ = step; }
  /// Hands the responsibility for some recipients on.
  DeliveryToken take(std::uint64_t recipients) {
    CHATSIM_CHECK(count_ >= recipients, "{} recipients, {} deliveries due", recipients, count_);
    count_ -= recipients;
    return DeliveryToken(ledger_, step_, recipients);
  }
  std::uint64_t count() const { return count_; }

  void delivered() { ledger_->total_.delivered += close(); }
  void kept() { ledger_->total_.kept += close(); }
  /// They turned out not to be due: no longer members.
  void withdrawn() {
    const std::uint64_t count = close();
    ledger_->total_.due -= count;
  }
  void failed(sim::Outcome outcome) { fail(static_cast<std::size_t>(outcome)); }

 private:
  DeliveryToken(Ledger* ledger, Step step, std::uint64_t recipients)
      : ledger_(ledger), count_(recipients), step_(step) {}
  std::uint64_t close() {
    ledger_->deliveries_open_ -= static_cast<std::int64_t>(count_);
    return std::exchange(count_, 0);
  }
  void fail(std::size_t way) {
    for (std::uint64_t i = 0; i < count_; ++i) ledger_->fail(ledger_->delivery_failures_, step_, way);
    ledger_->total_.deliveries_failed += close();
  }

  Ledger* ledger_;
  std::uint64_t count_;
  Step step_ = Step::messaging;
};

}  // namespace chatsim::models
