#include "scenarios/spec/units.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace chatsim::spec;
using namespace chatsim::spec::literals;

namespace {

template <class A, class B>
concept can_add = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept can_compare = requires(A a, B b) {
  a < b;
};

static_assert(!can_add<Seconds, Bytes> && !can_add<Seconds, double> && !can_add<Probability, Probability>);
static_assert(!can_compare<Bytes, BytesPerSecond>);
static_assert(!std::is_convertible_v<double, Seconds> && !std::is_convertible_v<Seconds, double>);
static_assert(std::is_same_v<decltype(1_MB / 1_s), BytesPerSecond>);

}  // namespace

TEST_CASE("A literal is the double nearest to what it says") {
  CHECK((7_ms).value() == 0.007);
  CHECK((0.235_ms).value() == 0.000235);
  CHECK((25_Gbit_per_s).value() == 3.125e9);
  CHECK(64_GiB == Bytes{68719476736.0});
  CHECK((10_percent).value() == 0.1);
}

TEST_CASE("Quantities combine where it means something") {
  CHECK(1_GB / 250_MB_per_s == 4_s);
  CHECK(250_MB_per_s * 4_s == 1_GB);
  CHECK(100_per_s * 3_s == 300);
  CHECK(300.0 / 3_s == 100_per_s);
  CHECK(766_B * 1000_per_s == BytesPerSecond{766e3});
  CHECK(10_s * 10_percent == 1_s);
  CHECK((30_percent).complement().value() == Approx(0.7));
  CHECK(3_s / 2_s == 1.5);
  CHECK(5_ms < 6_ms);
}
