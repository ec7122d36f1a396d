#include "models/population/access_network.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

constexpr std::uint64_t users = 400'000;

Figures with_access(const spec::Scenario& scenario,
                    const std::function<void(const AccessNetwork&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    measure(AccessNetwork(context), figures);
  });
}

/// Standard deviation of a sampled quantile: sqrt(p (1 - p) / n) over the density, that of a log-normal here.
double deviation(double p, double value, double density_of_normal, double sigma) {
  return std::sqrt(p * (1 - p) / static_cast<double>(users)) * value * sigma / density_of_normal;
}

}  // namespace

TEST_CASE("round trips have the stated median and p99; kinds have their shares and rates") {
  const Figures found = with_access(tests::one_rack(100), [](const AccessNetwork& access, Figures& figures) {
    std::vector<double> round_trips;
    for (std::uint64_t user = 0; user < users; ++user) {
      round_trips.push_back(sim::to_seconds(access.round_trip(UserId{user})).value());
      const double upload = access.upload(UserId{user}).value();
      const double download = access.download(UserId{user}).value();
      figures["fixed"] += upload == 20e6 / 8 && download == 50e6 / 8;
      figures["mobile"] += upload == 5e6 / 8 && download == 20e6 / 8;
      figures["slow"] += upload == 0.5e6 / 8 && download == 2e6 / 8;
      figures["changed"] += access.round_trip(UserId{user}) != access.round_trip(UserId{user});
    }
    std::sort(round_trips.begin(), round_trips.end());
    figures["median"] = round_trips[users / 2];
    figures["p99"] = round_trips[users * 99 / 100];
  });
  const double sigma = std::log(250.0 / 60.0) / 2.3263;
  CHECK(figure("median of the round trip in s, 4 sigma", 60e-3, found.at("median"),
               4 * deviation(0.5, 60e-3, 0.3989, sigma)));
  CHECK(figure("p99 of the round trip in s, 4 sigma", 250e-3, found.at("p99"),
               4 * deviation(0.99, 250e-3, 0.02665, sigma)));
  for (const auto& [kind, share] : {std::pair{"fixed", 0.4}, {"mobile", 0.5}, {"slow", 0.1}}) {
    CHECK(figure("users with a " + std::string(kind) + " network, with its rates, 4 sigma", share * users,
                 found.at(kind), 4 * std::sqrt(users * share * (1 - share))));
  }
  CHECK(found.at("changed") == 0);
}

TEST_CASE("a kind's factor stretches its users' round trips, its rates their transfers") {
  spec::Scenario scenario = tests::one_rack(100);
  spec::Access& access = scenario.population.access;
  access.round_trip = spec::Distribution::constant(spec::Seconds{40e-3});
  access.slow.round_trip_factor = 2.5;
  access.fixed.share = access.mobile.share = spec::Probability{0};
  access.slow.share = spec::Probability{1};
  const Figures found = with_access(scenario, [](const AccessNetwork& network, Figures& figures) {
    const UserId user{17};
    figures["round_trip_ns"] = static_cast<double>(network.round_trip(user).count());
    figures["upload_ns"] = static_cast<double>(network.upload_time(user, spec::Bytes{300e3}).count());
    figures["download_ns"] = static_cast<double>(network.download_time(user, spec::Bytes{300e3}).count());
  });
  CHECK(figure("2.5 x 40 ms in ns", 100e6, found.at("round_trip_ns"), 0));
  CHECK(figure("300 kB at 0.5 Mbit/s in ns", 4.8e9, found.at("upload_ns"), 0));
  CHECK(figure("300 kB at 2 Mbit/s in ns", 1.2e9, found.at("download_ns"), 0));
}
