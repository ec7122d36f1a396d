#include "models/service/ledger.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <random>
#include <vector>

using namespace chatsim;
using namespace chatsim::models;

namespace {

spec::Result report_of(const Ledger& ledger) {
  spec::Result result;
  ledger.report(result);
  return result;
}

std::map<std::string, std::uint64_t> failures_of(const Ledger& ledger) {
  std::map<std::string, std::uint64_t> failures;
  for (const spec::FailureCount& failure : report_of(ledger).failures)
    failures[failure.reason] = failure.count;
  return failures;
}

}  // namespace

TEST_CASE("each way in which a message ends is counted once") {
  Ledger ledger;
  { MessageToken(ledger).acknowledged(); }
  { MessageToken(ledger).failed(sim::Outcome::rejected); }
  {
    MessageToken token(ledger);
    token.enter(Step::persist);
    token.failed(sim::Outcome::timeout);
  }
  {
    MessageToken dropped(ledger);
    dropped.enter(Step::messaging);
  }
  MessageToken open(ledger);
  CHECK(ledger.total().offered == 5);
  CHECK(ledger.total().acknowledged == 1);
  CHECK(ledger.total().messages_failed == 3);
  CHECK(ledger.messages_open() == 1);
  CHECK(ledger.residual() == 0);
  CHECK(failures_of(ledger) == std::map<std::string, std::uint64_t>{{"message.send.rejected", 1},
                                                                    {"message.persist.timeout", 1},
                                                                    {"message.messaging.died", 1}});
}

TEST_CASE("each way in which a delivery ends is counted once, for every recipient it stands for") {
  Ledger ledger;
  { DeliveryToken(ledger, 1).delivered(); }
  { DeliveryToken(ledger, 2).kept(); }
  {
    DeliveryToken token(ledger, 3);
    token.enter(Step::members);
    token.failed(sim::Outcome::lost);
  }
  {
    DeliveryToken dropped(ledger, 4);
    dropped.enter(Step::push);
  }
  DeliveryToken open(ledger, 5);
  CHECK(ledger.total().due == 15);
  CHECK(ledger.total().delivered == 1);
  CHECK(ledger.total().kept == 2);
  CHECK(ledger.total().deliveries_failed == 7);
  CHECK(ledger.deliveries_open() == 5);
  CHECK(ledger.residual() == 0);
  CHECK(failures_of(ledger) ==
        std::map<std::string, std::uint64_t>{{"delivery.members.lost", 3}, {"delivery.push.died", 4}});
}

TEST_CASE("a token that ended does not end again") {
  Ledger ledger;
  {
    MessageToken token(ledger);
    token.acknowledged();
    token.acknowledged();
    token.failed(sim::Outcome::lost);
    DeliveryToken delivery(ledger, 2);
    delivery.delivered();
    delivery.kept();
    delivery.failed(sim::Outcome::lost);
  }
  CHECK(ledger.total().acknowledged == 1);
  CHECK(ledger.total().messages_failed == 0);
  CHECK(ledger.messages_open() == 0);
  CHECK(ledger.total().delivered == 2);
  CHECK(ledger.total().kept == 0);
  CHECK(ledger.total().deliveries_failed == 0);
  CHECK(ledger.deliveries_open() == 0);
  CHECK(ledger.residual() == 0);
}

TEST_CASE("moving a token hands the responsibility on, and its step with it") {
  Ledger ledger;
  {
    MessageToken first(ledger);
    first.enter(Step::persist);
    const auto second = std::make_unique<MessageToken>(std::move(first));
    DeliveryToken many(ledger, 3);
    many.enter(Step::locate);
    const auto moved = std::make_unique<DeliveryToken>(std::move(many));
    CHECK(moved->count() == 3);
    CHECK(ledger.total().offered == 1);
    CHECK(ledger.messages_open() == 1);
    CHECK(ledger.deliveries_open() == 3);
  }
  CHECK(failures_of(ledger) ==
        std::map<std::string, std::uint64_t>{{"message.persist.died", 1}, {"delivery.locate.died", 3}});
  CHECK(ledger.residual() == 0);
}

TEST_CASE("take splits the responsibility for several recipients") {
  Ledger ledger;
  {
    DeliveryToken all(ledger, 4);
    all.enter(Step::to_member);
    DeliveryToken one = all.take(1);
    DeliveryToken other = all.take(1);
    CHECK(one.count() == 1);
    CHECK(all.count() == 2);
    CHECK(ledger.total().due == 4);
    CHECK(ledger.deliveries_open() == 4);
    one.delivered();
    other.enter(Step::push);
  }
  CHECK(ledger.total().delivered == 1);
  CHECK(failures_of(ledger) ==
        std::map<std::string, std::uint64_t>{{"delivery.to_member.died", 2}, {"delivery.push.died", 1}});
  CHECK(ledger.residual() == 0);

  DeliveryToken none(ledger, 1);
  DeliveryToken last = none.take(1);
  CHECK_THROWS_AS(none.take(1), sim::InternalError);
}

TEST_CASE("measuring begins anew, but what is open and the residual concern the whole run") {
  Ledger ledger;
  MessageToken open(ledger);
  { MessageToken(ledger).failed(sim::Outcome::lost); }
  ledger.begin_measuring();
  { MessageToken(ledger).acknowledged(); }
  const spec::Result result = report_of(ledger);
  CHECK(result.messages.offered == 1);
  CHECK(result.messages.acknowledged == 1);
  CHECK(result.messages.failed == 0);
  CHECK(result.messages.in_flight == 1);
  CHECK(result.failures.empty());
  CHECK(result.invariants.conservation_residual == 0);
}

TEST_CASE("the residual stays zero whatever tokens do, and shows what the books are off by") {
  Ledger ledger;
  std::mt19937_64 random(1);
  std::vector<MessageToken> messages;
  std::vector<DeliveryToken> deliveries;
  std::uint64_t ended_badly = 0;
  for (int i = 0; i < 20'000; ++i) {
    switch (random() % 6) {
      case 0:
      case 1:
        messages.emplace_back(ledger);
        deliveries.emplace_back(ledger, random() % 5);
        break;
      case 2:
        if (!messages.empty()) messages.pop_back();
        break;
      case 3:
        if (!messages.empty()) messages.back().acknowledged();
        break;
      case 4:
        if (!deliveries.empty() && deliveries.back().count() > 0) deliveries.back().take(1).delivered();
        break;
      case 5:
        if (!deliveries.empty()) deliveries.pop_back();
        break;
    }
    ended_badly += ledger.residual() != 0 || ledger.messages_open() < 0 || ledger.deliveries_open() < 0;
  }
  CHECK(ended_badly == 0);

  // The books are ours and not constant: someone who writes past the tokens is seen.
  auto& books = const_cast<Ledger::Counts&>(ledger.total());
  ++books.acknowledged;
  CHECK(ledger.residual() != 0);
  --books.acknowledged;
  ++books.due;
  CHECK(ledger.residual() != 0);
  // Two wrongs do not make a right.
  ++books.acknowledged;
  CHECK(ledger.residual() != 0);
  --books.acknowledged;
  --books.due;
  CHECK(ledger.residual() == 0);
}
