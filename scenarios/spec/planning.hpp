#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What must not be lost without the service keeping its promises.
enum class Survive { nothing, host, rack, pod };

template <>
struct EnumNames<Survive> {
  static constexpr std::array<std::string_view, 4> names{"nothing", "host", "rack", "pod"};
};

/// What a plan has to hold, and under which load.
struct Planning {
  double peak = 1.5;
  Probability utilisation{0.8};
  Seconds send_to_ack_p99{0.25};
  Seconds send_to_deliver_p99{0.5};
  Probability disk_fill{0.8};
  Survive survive = Survive::rack;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("peak", &Planning::peak, between(1, 1000),
          "load of the busiest hour over the mean; 1.5 is the peak of published traffic (WhatsApp 2014)");
    visit("utilisation", &Planning::utilisation, between(0.01, 1),
          "of threads, cores and network cards that a tier may have at its peak");
    visit("send_to_ack_p99", &Planning::send_to_ack_p99, between(1_us, 1_d),
          "99th percentile until the sender is told that a message is persisted, at the peak");
    visit("send_to_deliver_p99", &Planning::send_to_deliver_p99, between(1_us, 1_d),
          "99th percentile until the device of a recipient who is online shows a message, at the peak");
    visit("disk_fill", &Planning::disk_fill, between(0.01, 1), "of disks that may be full at the end of the retention");
    visit("survive", &Planning::survive, Choice{},
          "the largest failure domain that may be down at the peak: spare machines are bought for it");
  }
};

}  // namespace chatsim::spec
