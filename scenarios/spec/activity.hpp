#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// How activity follows the time of day: factor(t) = 1 + amplitude * cos(2 pi (t - peak_at) / period). It multiplies
/// messages, logins and the share of users who are connected alike, so that sessions keep their length.
struct DailyCurve {
  double amplitude = 0;
  Seconds period{86400};
  Seconds peak_at{72000};
  Seconds begin_at{72000};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("amplitude", &DailyCurve::amplitude, between(0, 1),
          "how far activity swings around its mean; 0 is the same at all hours, 0.5 gives the peak of 1.5 times the "
          "mean (WhatsApp 2014)");
    visit("period", &DailyCurve::period, between(1_s, 365_d), "from one peak to the next");
    visit("peak_at", &DailyCurve::peak_at, between(0_s, 365_d), "time of day of the peak");
    visit("begin_at", &DailyCurve::begin_at, between(0_s, 365_d), "time of day when the simulation begins");
  }
};

/// Activity at a time since the simulation began, over its mean.
double activity_at(const DailyCurve& curve, Seconds since_begin);

/// How users come and go.
struct Sessions {
  Distribution length = Distribution::exponential(Seconds{640});
  Seconds heartbeat{60};
  Seconds last_seen{300};
  Probability read_share{0.8};
  Distribution read_delay = Distribution::exponential(Seconds{2});
  int send_retries = 3;
  Seconds send_retry_after{5};
  int reconnect_attempts = 8;
  Seconds reconnect_after{1};
  Seconds reconnect_longest{86400};
  Seconds reconnect_within{10};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("length", &Sessions::length, Samples::durations,
          "time that a user stays connected; 147 million connected and 230 thousand logins a second make 640 s "
          "(WhatsApp 2014)");
    visit("heartbeat", &Sessions::heartbeat, between(1_s, 1_d),
          "every client that is connected sends one in this time; assumed");
    visit("last_seen", &Sessions::last_seen, between(1_s, 7_d),
          "a connected user's last seen is written at logout and once in this time; assumed");
    visit("read_share", &Sessions::read_share, probability(),
          "share of delivered messages that the recipient reads in the same session; assumed");
    visit("read_delay", &Sessions::read_delay, Samples::durations, "from delivery until read; assumed");
    visit("send_retries", &Sessions::send_retries, between(0, 100),
          "times that a client sends a message again which was not acknowledged");
    visit("send_retry_after", &Sessions::send_retry_after, between(1_ms, 1_d),
          "pause before a client sends again, doubled each time");
    visit("reconnect_attempts", &Sessions::reconnect_attempts, between(1, 100),
          "times that a client tries to log in before it gives up");
    visit("reconnect_after", &Sessions::reconnect_after, between(1_ms, 1_d),
          "pause before a refused client tries again, doubled each time and jittered");
    visit("reconnect_longest", &Sessions::reconnect_longest, between(1_ms, 1_d),
          "longest pause of a refused client, before it is jittered");
    visit("reconnect_within", &Sessions::reconnect_within, between(1_ms, 1_d),
          "the clients of a gateway that died connect again within this time, each at an instant of its own, evenly; "
          "assumed");
  }
};

}  // namespace chatsim::spec
