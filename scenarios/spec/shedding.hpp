#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// Which requests that wait in a machine are turned away, beside those for which there is no room.
enum class Shedding { none, codel, priority };

template <>
struct EnumNames<Shedding> {
  static constexpr std::array<std::string_view, 3> names{"none", "codel", "priority"};
};

/// Who of those that wait is next.
enum class QueueOrder { arrival, newest_first };

template <>
struct EnumNames<QueueOrder> {
  static constexpr std::array<std::string_view, 2> names{"arrival", "newest_first"};
};

/// CoDel for request queues, and adaptive LIFO: Maurer, "Fail at scale", ACM Queue 13(8), 2015.
struct Codel {
  Seconds target{5e-3};
  Seconds interval{100e-3};
  QueueOrder order = QueueOrder::arrival;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("target", &Codel::target, between(1_us, 1_d),
          "a request that has waited longer is refused when its turn comes, while the queue has not been empty for the "
          "interval; 5 ms in Fail at Scale");
    visit("interval", &Codel::interval, between(1_us, 1_d),
          "a queue that was empty within this time lets each request wait as long; 100 ms in Fail at Scale");
    visit("order", &Codel::order, Choice{},
          "while a queue has not been empty for the interval: arrival, the oldest request is served first; "
          "newest_first, whose caller is the least likely to have given up");
  }
};

/// The two fields that everything with a queue has.
template <class Owner, class Visitor>
void shedding_fields(Visitor&& visit) {
  visit("shedding", &Owner::shedding, Choice{},
        "requests that are turned away although there is room, counted: none; codel, those that have waited too long; "
        "priority, on arrival where the queue is longer than 25% of queue_limit presence, heartbeats and last seen, "
        "than 50% receipts and statuses");
  visit("codel", &Owner::codel, Section{}, "how long a request may wait, with shedding codel");
}

}  // namespace chatsim::spec
