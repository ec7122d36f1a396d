#include "planner/estimate/figure.hpp"

#include <catch2/catch.hpp>

#include "planner/estimate/number_text.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using namespace chatsim::spec::literals;

TEST_CASE("A published figure agrees, is rounded, or differs") {
  CHECK(verdict_on(328e9, 328e9) == Verdict::agrees);
  CHECK(verdict_on(328e9, 2e9 * 164.0000000001) == Verdict::agrees);
  CHECK(verdict_on(1e6, 1.111e6) == Verdict::rounded);
  CHECK(verdict_on(1e6, 1.6e6) == Verdict::differs);
  CHECK(verdict_on(50, 56) == Verdict::differs);    // 56 is 60 in one digit
  CHECK(verdict_on(764, 766) == Verdict::differs);  // three digits are printed
  CHECK(verdict_on(1.2e18, 1.2e17) == Verdict::differs);
  CHECK(verdict_on(3, 0) == Verdict::differs);
  CHECK(verdict_on(0, 0) == Verdict::agrees);
}

TEST_CASE("Numbers are written as the document writes them") {
  CHECK(text_of(1e11) == "100 billion");
  CHECK(text_of(2e9) == "2 billion");
  CHECK(text_of(999'999.0) == "999,999");
  CHECK(text_of(1.3e6) == "1.3 million");
  CHECK(text_of(50'000.0) == "50,000");
  CHECK(text_of(0.4) == "0.4");
  CHECK(text_of(0.0) == "0");
  CHECK(text_of(1.2_EB) == "1.2 EB");
  CHECK(text_of(spec::Bytes{1.3987e17}) == "140 PB");
  CHECK(text_of(spec::Bytes{999.7e9}) == "1 TB");
  CHECK(text_of(766_B) == "766 B");
  CHECK(text_of(0_B) == "0 B");
  CHECK(text_of(spec::PerSecond{1157407}) == "1.157 M/s");
  CHECK(text_of(1000_per_s) == "1,000/s");
  CHECK(text_of(90000_s) == "90,000 s");
  CHECK(text_of(2_ms) == "2 ms");
  CHECK(text_of(34_us) == "34 us");
  CHECK(text_of(10_percent) == "10 %");
  CHECK(long_time_text(1.6 * 1_d) == "1.6 d");
  CHECK(long_time_text(5 * 365.25 * 1_d) == "5 years");
  CHECK(text_of(4197, Unit::machines) == "4,197");
  CHECK(text_of(1e10, Unit::per_day) == "10 billion");
}
