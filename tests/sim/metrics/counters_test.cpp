#include "sim/metrics/counters.hpp"

#include <catch2/catch.hpp>

namespace {

enum class Parcel { posted, received, lost };
using Parcels = chatsim::sim::Counters<Parcel, 3>;

}  // namespace

TEST_CASE("the residual is what the books are off by") {
  Parcels parcels;
  parcels.add(Parcel::posted, 10);
  parcels.add(Parcel::received, 6);
  parcels.add(Parcel::lost);
  CHECK(parcels.residual({Parcel::posted}, {Parcel::received, Parcel::lost}, 3) == 0);
  CHECK(parcels.residual({Parcel::posted}, {Parcel::received, Parcel::lost}, 2) == 1);
  CHECK(parcels.residual({Parcel::posted}, {Parcel::received, Parcel::lost}, 5) == -2);
}

TEST_CASE("counters since a copy leave out what was counted before") {
  Parcels parcels;
  parcels.add(Parcel::posted, 10);
  const Parcels warm_up = parcels;
  parcels.add(Parcel::posted, 5);
  parcels.add(Parcel::lost);
  const Parcels measured = parcels.since(warm_up);
  CHECK(measured[Parcel::posted] == 5);
  CHECK(measured[Parcel::received] == 0);
  CHECK(measured[Parcel::lost] == 1);
}
