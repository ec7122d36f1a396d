#include "cli/format.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::spec::literals;

TEST_CASE("rates carry four digits and a decimal prefix") {
  CHECK(format_rate(0_per_s) == "0 /s");
  CHECK(format_rate(0.25_per_s) == "0.25 /s");
  CHECK(format_rate(250_per_s) == "250 /s");
  CHECK(format_rate(12345_per_s) == "12.35 k/s");
  CHECK(format_rate(PerSecond(1e11 / 86400)) == "1.157 M/s");
  CHECK(format_rate(33e6_per_s) == "33.00 M/s");
}

TEST_CASE("a number that rounds up to the next prefix or digit takes it") {
  CHECK(format_rate(999.94_per_s) == "999.9 /s");
  CHECK(format_rate(999.96_per_s) == "1.000 k/s");
  CHECK(format_rate(999960_per_s) == "1.000 M/s");
  CHECK(format_rate(9.9996_per_s) == "10 /s");
  CHECK(format_duration(Seconds(0.0009996)) == "1.00 ms");
  CHECK(format_duration(Seconds(0.00999951)) == "10.0 ms");
  CHECK(format_bytes(999.7_B) == "1.00 kB");
}

TEST_CASE("sizes are decimal") {
  CHECK(format_bytes(164_B) == "164 B");
  CHECK(format_bytes(64_GB) == "64.0 GB");
  CHECK(format_bytes_per_second(BytesPerSecond(1.157e6 * 766)) == "886 MB/s");
  CHECK(format_bytes(140_PB) == "140 PB");
  CHECK(format_bytes(5000_EB) == "5000 EB");
}

TEST_CASE("durations choose their unit") {
  CHECK(format_duration(0_s) == "0 s");
  CHECK(format_duration(1_ns) == "1.00 ns");
  CHECK(format_duration(70.04_us) == "70.0 us");
  CHECK(format_duration(12.34_ms) == "12.3 ms");
  CHECK(format_duration(1_s) == "1.00 s");
  CHECK(format_duration(59.94_s) == "59.9 s");
  CHECK(format_duration(59.96_s) == "1 min 0 s");
  CHECK(format_duration(125_s) == "2 min 5 s");
  CHECK(format_duration(5400_s) == "1 h 30 min");
}

TEST_CASE("counts are exact up to a million") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(57300) == "57,300");
  CHECK(format_count(999999) == "999,999");
  CHECK(format_count(3471000) == "3.471 M");
  CHECK(format_count(281000000) == "281.0 M");
  CHECK(format_integer(-1234567) == "-1,234,567");
  CHECK(format_integer(-123) == "-123");
}

TEST_CASE("plain numbers drop trailing zeros") {
  CHECK(format_number(2.1, 2) == "2.1");
  CHECK(format_number(2.0) == "2");
  CHECK(format_number(0.00047) == "0.00047");
  CHECK(format_number(1234.6) == "1235");
  CHECK(format_number(100, 2) == "100");
}

TEST_CASE("a percentage never claims all or nothing by rounding") {
  CHECK(format_percent(0) == "0 %");
  CHECK(format_percent(0.316) == "31.6 %");
  CHECK(format_percent(1) == "100 %");
  CHECK(format_percent(0.99995) == "> 99.99 %");
  CHECK(format_percent(0.9995) == "> 99.9 %");
  CHECK(format_percent(0.00005) == "< 0.01 %");
  CHECK(format_percent(1.157) == "116 %");
}

TEST_CASE("utilisations have three decimals") {
  CHECK(format_utilisation(0.5784) == "0.578");
  CHECK(format_utilisation(1.1574) == "1.157");
}
