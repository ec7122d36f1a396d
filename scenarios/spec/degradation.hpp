#pragma once

#include "scenarios/spec/field.hpp"
#include "scenarios/spec/repair.hpp"

namespace chatsim::spec {

/// What the service leaves out when it is overloaded, the least important first. Overload is how long requests wait in the
/// tier where they wait longest.
struct Degradation {
  Switch graceful = Switch::off;
  Seconds presence_above{50e-3};
  Seconds receipts_above{200e-3};
  Seconds pictures_above{500e-3};
  Seconds every{100e-3};
  Seconds calm{2};

  bool on() const { return graceful == Switch::on; }

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("graceful", &Degradation::graceful, Choice{}, "whether an overloaded service leaves out what matters least");
    visit("presence_above", &Degradation::presence_above, more_than(0_s),
          "while requests wait longer than this, nobody's last seen is written; assumed");
    visit("receipts_above", &Degradation::receipts_above, more_than(0_s),
          "while they wait longer than this, devices' receipts (delivered, read) are dropped too; assumed");
    visit("pictures_above", &Degradation::pictures_above, more_than(0_s),
          "while they wait longer than this, pictures are not fetched by themselves either; assumed");
    visit("every", &Degradation::every, between(1_ms, 1_h), "how often the waits are looked at");
    visit("calm", &Degradation::calm, between(0_s, 1_d),
          "what was left out is taken up again when waits have been below half of its threshold for so long");
  }
};

}  // namespace chatsim::spec
