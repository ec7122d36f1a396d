#pragma once

#include "scenarios/spec/repair.hpp"

namespace chatsim::spec {

/// A read without an answer is sent to one more replica: Dean and Barroso, "The tail at scale", CACM 56(2), 2013.
struct Hedge {
  Seconds after{0};
  Switch tied = Switch::off;
  Probability most{0.1};

  bool on() const { return after > Seconds{0}; }

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("after", &Hedge::after, between(0_s, 1_d),
          "a read that is not answered by then asks one more replica, and the first answers count; best near the 95th "
          "percentile of reads. 0: never");
    visit("tied", &Hedge::tied, Choice{},
          "whether a replica that begins to serve a read tells the other one, which skips it if it still waits there");
    visit("most", &Hedge::most, probability(), "share of the reads that may be hedged; assumed");
  }
};

}  // namespace chatsim::spec
