#include "models/population/access_network.hpp"

namespace chatsim::models {

AccessNetwork::AccessNetwork(const Context& context)
    : context_(context),
      kinds_{context.scenario.population.access.fixed, context.scenario.population.access.mobile,
             context.scenario.population.access.slow},
      shares_up_to_{kinds_[fixed].share.value(), kinds_[fixed].share.value() + kinds_[mobile].share.value()},
      round_trip_(context.scenario.population.access.round_trip) {}

sim::Duration AccessNetwork::round_trip(UserId user) const {
  const sim::Draw lots = draw(user);
  return sim::to_duration(spec::Seconds{round_trip_.value(lots) * kinds_[kind_from(lots)].round_trip_factor});
}

}  // namespace chatsim::models
