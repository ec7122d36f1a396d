#include "scenarios/json/series_csv.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

using chatsim::json::series_csv;

TEST_CASE("one line a window under one line of names") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const chatsim::spec::TimeSeries series{.time_s = {0.1, 0.2},
                                         .offered_per_s = {1157407.5, 10},
                                         .acknowledged_per_s = {1, 2},
                                         .delivered_per_s = {3, 4},
                                         .failed_per_s = {0, 0},
                                         .send_to_ack_p99_ms = {none, 12.25},
                                         .send_to_deliver_p99_ms = {5, none},
                                         .waiting = {7, 0},
                                         .logins_per_s = {230, 20},
                                         .connected = {6400, 6390}};
  CHECK(series_csv(series) ==
        "time_s,offered_per_s,acknowledged_per_s,delivered_per_s,failed_per_s,send_to_ack_p99_ms,"
        "send_to_deliver_p99_ms,waiting,logins_per_s,connected\n"
        "0.1,1157407.5,1,3,0,,5,7,230,6400\n"
        "0.2,10,2,4,0,12.25,,0,20,6390\n");
}

TEST_CASE("a series of no windows has its names") {
  CHECK(series_csv(chatsim::spec::TimeSeries{}).find('\n') ==
        series_csv(chatsim::spec::TimeSeries{}).size() - 1);
}

TEST_CASE("columns of different lengths are a bug") {
  chatsim::spec::TimeSeries series;
  series.time_s = {0.1};
  CHECK_THROWS_AS(series_csv(series), std::invalid_argument);
}
