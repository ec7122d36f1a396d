#pragma once

#include "scenarios/spec/field.hpp"
#include "scenarios/spec/repair.hpp"

namespace chatsim::spec {

/// Machines of a tier that come and go with its load, in the manner of Kubernetes' horizontal autoscaler: as many as bring
/// the utilisation that was measured back to the target. All of the tier's machines exist; those that are out of service get
/// no requests.
struct Autoscaler {
  Switch scaling = Switch::off;
  int machines_at_start = 0;
  int machines_min = 1;
  Probability target{0.6};
  Probability tolerance{0.1};
  Seconds every{15};
  Seconds provisioning{120};
  Seconds calm{300};

  bool on() const { return scaling == Switch::on; }

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("scaling", &Autoscaler::scaling, Choice{}, "whether machines of this tier come and go with its load");
    visit("machines_at_start", &Autoscaler::machines_at_start, between(0, 10'000'000),
          "machines in service when the run begins; 0: all of the tier's");
    visit("machines_min", &Autoscaler::machines_min, between(1, 10'000'000),
          "machines in service at least; at most all of the tier's");
    visit("target", &Autoscaler::target, between(0.01, 1),
          "utilisation of threads or cores, whichever is higher, that it aims at");
    visit("tolerance", &Autoscaler::tolerance, between(0, 1),
          "nothing is done as long as utilisation is within this share of the target; 10 % in Kubernetes");
    visit("every", &Autoscaler::every, between(1_ms, 1_d), "how often it looks, at the mean since it looked last; 15 s in Kubernetes");
    visit("provisioning", &Autoscaler::provisioning, between(0_s, 1_d),
          "from the decision until a further machine takes requests; assumed");
    visit("calm", &Autoscaler::calm, between(0_s, 1_d),
          "machines leave only if none was wanted back for so long; 5 min in Kubernetes");
  }
};

}  // namespace chatsim::spec
