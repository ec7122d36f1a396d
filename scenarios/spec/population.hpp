#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Who uses the service and how much.
struct Population {
  double users = 2e9;
  double groups = 1e9;
  double messages_per_day = 1e11;
  Seconds day{86400};
  double load_factor = 1;
  Probability online{0.32};
  Probability group_message_share{0.10};
  Distribution group_size = Distribution::lognormal_with_mean(13, 1);
  int group_size_max = 200;
  Bytes message_size{766};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("users", &Population::users, between(2, 1e12), "monthly users; 2e9 in the design document");
    visit("groups", &Population::groups, between(0, 1e12), "groups; 1e9 in the design document");
    visit(
        "messages_per_day", &Population::messages_per_day, between(0, 1e15),
        "messages that all users send a day; a message to a group counts once; 1e11 in the design document");
    visit("day", &Population::day, between(1_s, 7_d),
          "length of the day that the messages spread over: 86400s exactly, 90000s in the document's "
          "estimates");
    visit("load_factor", &Population::load_factor, between(0, 1000),
          "offered rate over the mean rate; 1.5 is the peak of published traffic (WhatsApp 2014)");
    visit("online", &Population::online, probability(),
          "probability that a user is connected; 147 of 465 million (WhatsApp 2014)");
    visit("group_message_share", &Population::group_message_share, probability(),
          "share of messages that go to a group; with 12 receivers it gives the 2.1 deliveries a message of "
          "WhatsApp 2014");
    visit("group_size", &Population::group_size, Samples::numbers,
          "members of a group, the author included, before the cut at group_size_max; assumed");
    visit("group_size_max", &Population::group_size_max, between(2, 1'000'000),
          "members at most; 200 in the design document");
    visit("message_size", &Population::message_size, between(1_B, 1_GB),
          "size of a message on the wire: 8+8+50+700 bytes in the design document");
  }
};

/// Messages that all users together send a second: the mean rate times the load factor.
PerSecond message_rate(const Population& population);

}  // namespace chatsim::spec
