#pragma once

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Pictures and videos: what they weigh and who fetches them.
struct Attachments {
  Probability share{0.10};
  Distribution size = Distribution::lognormal_with_mean(300e3, 1);
  Bytes size_max{16e6};
  Probability fetched{1};
  Seconds kept{30.0 * 86400};
  Probability hot_share{0.05};
  int hot_objects = 1000;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("share", &Attachments::share, probability(),
          "share of messages with a picture or video; 10 % in the design document");
    visit("size", &Attachments::size, Samples::sizes, "of one attachment, before the cut at size_max; assumed");
    visit("size_max", &Attachments::size_max, between(1_B, 1_TB), "of one attachment; 16 MB in the design document");
    visit("fetched", &Attachments::fetched, probability(),
          "share of receivers who get the attachment of a message that was delivered to them");
    visit("kept", &Attachments::kept, between(1_s, 36500_d), "how long an attachment is kept; assumed");
    visit("hot_share", &Attachments::hot_share, probability(),
          "share of attachments that pass on an object which is there already: no upload, but more to get; assumed");
    visit("hot_objects", &Attachments::hot_objects, between(1, 1'000'000'000),
          "objects that are passed on, the n-th of them with weight 1/n; assumed");
  }
};

}  // namespace chatsim::spec
