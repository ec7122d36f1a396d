#pragma once

#include <optional>

#include "scenarios/spec/degradation.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Whether requests say how long their caller still waits.
enum class Deadlines { off, propagate };

template <>
struct EnumNames<Deadlines> {
  static constexpr std::array<std::string_view, 2> names{"off", "propagate"};
};

/// What is random in the pause before a retry.
enum class RetryJitter { none, full };

template <>
struct EnumNames<RetryJitter> {
  static constexpr std::array<std::string_view, 2> names{"none", "full"};
};

/// How clients come back, beside how often and after which first pause (Sessions).
struct Retry {
  double multiplier = 2;
  RetryJitter jitter = RetryJitter::none;
  std::optional<Seconds> longest = {};
  std::optional<double> budget = {};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("multiplier", &Retry::multiplier, between(1, 100), "each pause before a retry over the one before");
    visit("jitter", &Retry::jitter, Choice{},
          "none: clients that send again pause for exactly that time, those that reconnect within 50% of it; full: "
          "anything between 0 and that, so that those who failed together do not come back together");
    visit("longest", &Retry::longest, between(1_ms, 1_d), "pause at most; none: no limit");
    visit("budget", &Retry::budget, between(0, 100),
          "messages sent again by the clients of one gateway over messages sent, at most: 0.1 in Google's Site "
          "Reliability Engineering. none: no limit");
  }
};

/// Bounds what one machine has under way to one tier.
struct Bulkhead {
  int calls = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("calls", &Bulkhead::calls, between(0, 1'000'000'000),
          "requests of one machine to one tier that wait for an answer, at most; more are refused at once. 0: no "
          "limit");
  }
};

/// Keeps a machine from a tier that fails it: Nygard, "Release it!", 2007.
struct Breaker {
  Probability failures{0};
  int window = 20;
  Seconds open_for{5};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("failures", &Breaker::failures, probability(),
          "share of the last requests of a machine to a tier that failed, at which it sends no more for a while. 0: "
          "never");
    visit("window", &Breaker::window, between(1, 64), "how many the last requests are; assumed");
    visit("open_for", &Breaker::open_for, between(1_ms, 1_d),
          "time until one request is let through, whose success lets all through; assumed");
  }
};

/// What keeps a part of the service that fails from taking the rest with it; beside shedding and hedges, which tiers
/// and stores have each.
struct Resilience {
  Deadlines deadlines = Deadlines::off;
  Retry retry;
  Bulkhead bulkhead;
  Breaker breaker;
  Degradation degradation;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("deadlines", &Resilience::deadlines, Choice{},
          "off: each request has network.request_timeout, and is served even if nobody waits any more; propagate: "
          "what is asked on behalf of a request has what is left of its time, and who finds it past does not serve it");
    visit("retry", &Resilience::retry, Section{}, "how clients try again");
    visit("bulkhead", &Resilience::bulkhead, Section{},
          "bounds the requests that one machine has under way to one tier");
    visit("breaker", &Resilience::breaker, Section{}, "keeps a machine from a tier that fails it");
    visit("degradation", &Resilience::degradation, Section{}, "what is left out under overload, presence first");
  }
};

}  // namespace chatsim::spec
