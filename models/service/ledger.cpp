#include "models/service/ledger.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace chatsim::models {

namespace {

constexpr std::array<std::string_view, Ledger::ways_to_fail> way_names{"ok", "rejected", "lost", "timeout", "died"};

void report_failures(std::vector<spec::FailureCount>& failures, std::string_view what,
                     const Ledger::Failures& counts) {
  for (std::size_t step = 0; step < counts.size(); ++step) {
    for (std::size_t way = 0; way < counts[step].size(); ++way) {
      if (counts[step][way] == 0) continue;
      failures.push_back({fmt::format("{}.{}.{}", what, step_names[step], way_names[way]), counts[step][way]});
    }
  }
}

}  // namespace

void Ledger::begin_measuring() {
  before_ = total_;
  message_failures_ = {};
  delivery_failures_ = {};
}

std::int64_t Ledger::residual() const {
  const auto messages = static_cast<std::int64_t>(total_.offered - total_.acknowledged - total_.messages_failed);
  const auto deliveries =
      static_cast<std::int64_t>(total_.due - total_.delivered - total_.kept - total_.deliveries_failed);
  // Not their sum: one error must not hide another.
  return std::abs(messages - messages_open_) + std::abs(deliveries - deliveries_open_);
}

void Ledger::report(spec::Result& result) const {
  // A token that ends twice would leave the residual as it is.
  CHATSIM_CHECK(messages_open_ >= 0 && deliveries_open_ >= 0, "{} messages and {} deliveries open", messages_open_,
                deliveries_open_);
  result.messages.offered = total_.offered - before_.offered;
  result.messages.acknowledged = total_.acknowledged - before_.acknowledged;
  result.messages.failed = total_.messages_failed - before_.messages_failed;
  result.messages.in_flight = messages_open_;
  result.deliveries.due = total_.due - before_.due;
  result.deliveries.delivered = total_.delivered - before_.delivered;
  result.deliveries.kept = total_.kept - before_.kept;
  result.deliveries.failed = total_.deliveries_failed - before_.deliveries_failed;
  result.deliveries.in_flight = deliveries_open_;
  report_failures(result.failures, "message", message_failures_);
  report_failures(result.failures, "delivery", delivery_failures_);
  result.invariants.conservation_residual = residual();
}

}  // namespace chatsim::models
