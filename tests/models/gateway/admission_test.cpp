#include "models/gateway/admission.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;

TEST_CASE("a burst of one second, then the rate, of each gateway on its own") {
  const double rate = GENERATE(100.0, 0.5);
  Admission admission(spec::PerSecond{rate}, 2);
  const auto admitted_in = [&](double from_s, double until_s) {
    double count = 0;
    for (double t = from_s; t < until_s; t += 1e-3) count += admission.try_admit(1, sim::to_time(spec::Seconds{t}));
    return count;
  };
  double at_once = 0;
  while (admission.try_admit(1, sim::to_time(spec::Seconds{5}))) ++at_once;
  CHECK(figure("at once", std::max(1.0, rate), at_once, 0));
  CHECK(figure("in the 20 s after", 20 * rate, admitted_in(5.0005, 25), 1));
  CHECK(admission.try_admit(0, sim::to_time(spec::Seconds{25})));
}

TEST_CASE("no rate is no limit") {
  Admission admission(spec::PerSecond{0}, 1);
  double count = 0;
  for (int i = 0; i < 1000; ++i) count += admission.try_admit(0, sim::Time{});
  CHECK(figure("admitted of 1,000 at once", 1000, count, 0));
}
