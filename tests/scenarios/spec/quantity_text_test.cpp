#include "scenarios/spec/quantity_text.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace chatsim::spec;
using namespace chatsim::spec::literals;

namespace {

template <class T>
std::string complaint(std::string_view text) {
  std::string error;
  const auto value = parse_quantity<T>(text, error);
  return value ? "accepted as " + to_text(*value) : error;
}

std::string number_complaint(std::string_view text) {
  std::string error;
  const auto value = parse_number(text, error);
  return value ? "accepted as " + number_text(*value) : error;
}

}  // namespace

TEST_CASE("Quantities are read with their unit") {
  std::string error;
  CHECK(parse_quantity<Seconds>("10ms", error) == 10_ms);
  CHECK(parse_quantity<Seconds>(" 1.5 h ", error) == 5400_s);
  CHECK(parse_quantity<Seconds>("2µs", error) == 2_us);
  CHECK(parse_quantity<Bytes>("64GiB", error) == 64_GiB);
  CHECK(parse_quantity<Bytes>("5EB", error) == 5_EB);
  CHECK(parse_quantity<Bytes>("5e3EB", error) == 5000_EB);
  CHECK(parse_quantity<Bytes>("1_000kB", error) == 1_MB);
  CHECK(parse_quantity<BytesPerSecond>("25Gbit/s", error) == 25_Gbit_per_s);
  CHECK(parse_quantity<BytesPerSecond>("3.125GB/s", error) == 25_Gbit_per_s);
  CHECK(parse_quantity<PerSecond>("120/min", error) == 2_per_s);
  CHECK(parse_quantity<Usd>("5.5USD", error) == 5.5_usd);
  CHECK(parse_probability("10%", error) == 10_percent);
  CHECK(parse_probability("0.1", error) == 10_percent);
}

TEST_CASE("What is no quantity is refused with what is allowed") {
  CHECK(complaint<BytesPerSecond>("25") == "'25' has no unit; write 25Gbit/s or 3.125GB/s");
  CHECK(complaint<Seconds>("10") == "'10' has no unit; write 10ms or 10s");
  CHECK(complaint<Bytes>("766") == "'766' has no unit; write 766B or 766MB");
  CHECK(complaint<BytesPerSecond>("25Gbps") ==
        "'25Gbps' has an unknown unit 'Gbps'; a bandwidth has one of bit/s B/s kbit/s kB/s KiB/s Mbit/s MB/s "
        "MiB/s "
        "Gbit/s GB/s GiB/s Tbit/s TB/s; did you mean Gbit/s or GB/s?");
  CHECK(complaint<Bytes>("5KB") ==
        "'5KB' has an unknown unit 'KB'; a size has one of B kB KiB MB MiB GB GiB TB TiB PB PiB EB; did you "
        "mean kB?");
  CHECK(complaint<Seconds>("10GB") ==
        "'10GB' has an unknown unit 'GB'; a time has one of ns us µs ms s min h d");
  CHECK(complaint<Seconds>("soon") == "'soon' is not a time; write for example 10ms or 10s");
  CHECK(complaint<Seconds>("") == "'' is not a time; write for example 10ms or 10s");
  CHECK(complaint<Seconds>("1e400s") == "'1e400s' is beyond the range of numbers");
  CHECK(complaint<Bytes>("1e300EB") == "'1e300EB' is beyond the range of numbers");
  std::string error;
  CHECK_FALSE(parse_probability("10 percent", error));
  CHECK(error == "'10 percent' is not a probability; write for example 0.1 or 10%");
}

TEST_CASE("Numbers are decimal, with underscores between digits") {
  CHECK(number_complaint("50_000") == "accepted as 50000");
  CHECK(number_complaint("2e9") == "accepted as 2e9");
  CHECK(number_complaint(".5") == "accepted as 0.5");
  for (const char* text :
       {"", "-", ".", "_1", "1_", "1__0", "1_.5", "0x10", "nan", "inf", "1,5", "1 2", "e9", "+5", "--1"}) {
    CHECK(number_complaint(text) == quoted(text) + " is not a number");
  }
}

TEST_CASE("Texts use the unit that reads best") {
  CHECK(to_text(10_ms) == "10ms");
  CHECK(to_text(0_s) == "0s");
  CHECK(to_text(86400_s) == "86400s");
  CHECK(to_text(0.235_ms) == "235us");
  CHECK(to_text(-5_ms) == "-5ms");
  CHECK(to_text(64_MB) == "64MB");
  CHECK(to_text(1_MiB) == "1.048576MB");
  CHECK(to_text(25_Gbit_per_s) == "25Gbit/s");
  CHECK(to_text(3_per_s) == "3/s");
  CHECK(number_text(0) == "0");
  CHECK(number_text(2e9) == "2e9");
  CHECK(number_text(1e-7) == "1e-7");
  CHECK(number_text(999999) == "999999");
}

TEST_CASE("Every value comes back from its text") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-12, 18);
  std::string error;
  for (int i = 0; i < 20'000; ++i) {
    double value = std::pow(10, exponent(random));
    if (i % 3 == 0) value = std::round(value);
    if (i % 3 == 1) value = std::stod(number_text(value).substr(0, 4));
    {
      if (parse_number(number_text(value), error) != value) FAIL(number_text(value));
      if (parse_quantity<Seconds>(to_text(Seconds{value}), error) != Seconds{value})
        FAIL(to_text(Seconds{value}));
      if (parse_quantity<Bytes>(to_text(Bytes{value}), error) != Bytes{value}) FAIL(to_text(Bytes{value}));
      if (parse_quantity<BytesPerSecond>(to_text(BytesPerSecond{value}), error) != BytesPerSecond{value}) {
        FAIL(to_text(BytesPerSecond{value}));
      }
    }
  }
}

TEST_CASE("A quoted text stays on its line and is cut") {
  CHECK(quoted("a\nb\x01") == "'a b '");
  CHECK(quoted(std::string(100, 'x')) == "'" + std::string(60, 'x') + "...'");
}
