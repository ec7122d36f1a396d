#include "planner/estimate/named.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace chatsim;
using namespace chatsim::planner;
using namespace chatsim::spec::literals;

TEST_CASE("A formula is printed as it is calculated, with parentheses where they are needed") {
  const auto a = named("a", 2.0), b = named("b", 3.0), c = named("c", 4.0);
  const auto check = [](const Named<double>& formula, double value, const char* names, const char* numbers) {
    CHECK(formula.value == value);
    CHECK(formula.names == names);
    CHECK(formula.numbers == numbers);
  };
  check(a * b + c, 10, "a x b + c", "2 x 3 + 4");
  check(a * (b + c), 14, "a x (b + c)", "2 x (3 + 4)");
  check((a + b) * c, 20, "(a + b) x c", "(2 + 3) x 4");
  check(c / a / b, 4.0 / 2 / 3, "c / a / b", "4 / 2 / 3");
  check(c / (a * b), 4.0 / 6, "c / (a x b)", "4 / (2 x 3)");
  check(figure_named("area", a * b) / c, 1.5, "area / c", "6 / 4");
}

TEST_CASE("Units are those of the values") {
  const auto rate = named("messages", 1e11) / named("day", 86400_s);
  static_assert(std::is_same_v<decltype(rate.value), spec::PerSecond>);
  CHECK(rate.numbers == "100 billion / 86,400 s");
  const auto storage = named("users", 2e9) * named("row", 164_B);
  static_assert(std::is_same_v<decltype(storage.value), spec::Bytes>);
  const auto disks = storage / named("disk", 100_TB);
  static_assert(std::is_same_v<decltype(disks.value), double>);
  CHECK(whole(disks).value == 1);
}

TEST_CASE("The general forms") {
  CHECK(storage_of_rows(2e9, 164_B) == 328_GB);
  CHECK(storage_of_stream(10_per_s, 100_B, 60_s) == 60_kB);
  CHECK(storage_with_time_to_live(10_per_s, 100_B, 30_s, 60_s) == 30_kB);
  CHECK(storage_with_time_to_live(10_per_s, 100_B, 30_s, 20_s) == 20_kB);
  CHECK(replicated(6_TB, 3) == 18_TB);
  CHECK(cache_of(100_GB).low == 20_GB);
  CHECK(cache_of(100_GB).high == 30_GB);
  CHECK(whole(56.25) == 57);
  CHECK(whole(900) == 900);
  CHECK(whole(0.1 * 3 / 0.1) == 3);  // 3.0000000000000004
}
