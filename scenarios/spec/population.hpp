#pragma once

#include "scenarios/spec/access.hpp"
#include "scenarios/spec/activity.hpp"
#include "scenarios/spec/attachments.hpp"
#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"
#include "scenarios/spec/regions.hpp"

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
  Probability active_groups{0.001};
  Probability active_group_share{0.2};
  double group_changes_per_day = 2e8;
  double profile_changes_per_day = 2e7;
  Seconds retention{1826.0 * 86400};
  Sessions sessions;
  DailyCurve daily_curve;
  Attachments attachments;
  Access access;
  std::string regions = "equal";
  Probability same_region{0.8};

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
    visit("active_groups", &Population::active_groups, probability(), "share of the groups that are very active; assumed");
    visit("active_group_share", &Population::active_group_share, probability(),
          "share of the messages to groups that go to the very active ones; assumed");
    visit("group_changes_per_day", &Population::group_changes_per_day, between(0, 1e15),
          "times a day that anybody creates, joins or leaves a group: one in twenty creates one; assumed");
    visit("profile_changes_per_day", &Population::profile_changes_per_day, between(0, 1e15),
          "times a day that anybody signs up or changes name or picture: one in twenty signs up; assumed");
    visit("retention", &Population::retention, between(1_s, 36500_d),
          "how long messages and conversations are kept: 5 years; the document's estimates take 1500d");
    visit("sessions", &Population::sessions, Section{}, "how users come and go");
    visit("daily_curve", &Population::daily_curve, Section{}, "how activity follows the time of day");
    visit("attachments", &Population::attachments, Section{}, "pictures and videos");
    visit("access", &Population::access, Section{}, "the networks between clients and their gateways");
    visit("regions", &Population::regions, Text{},
          "shares of users who live in each region of the datacenter: equal, or one after the other, for example 60% 40%");
    visit("same_region", &Population::same_region, probability(),
          "probability that a recipient lives in the author's region, and a member in the group's; assumed");
  }
};

/// Messages that all users together send a second: the mean rate times the load factor.
PerSecond message_rate(const Population& population);

}  // namespace chatsim::spec
