#include "scenarios/json/chrome_trace.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace chatsim;

TEST_CASE("requests as slices that Perfetto reads") {
  spec::Traces traces;
  traces.stations = {{.name = "messaging", .thread_load = {}, .core_load = {}, .share_of_use = {}},
                     {.name = "message_store", .thread_load = {}, .core_load = {}, .share_of_use = {}}};
  traces.steps = {"persist"};
  const auto request = [](std::uint32_t machine, std::int64_t sent) {
    return spec::TracedRequest{.message = 5, .machine = machine, .station = 1, .client_station = 0, .step = 0,
                               .decides = machine == 3, .sent_ns = sent, .arrived_ns = sent + 1500, .begun_ns = sent + 2000,
                               .served_ns = sent + 9000, .answered_ns = sent + 9000, .heard_ns = sent + 9500};
  };
  // Two at a time, one after them, and one that never came to anything.
  traces.requests = {request(3, 1000), request(4, 1100), request(3, 20000),
                     {.message = 6, .station = 1, .sent_ns = -1, .arrived_ns = -1, .begun_ns = -1, .served_ns = -1,
                      .answered_ns = -1, .heard_ns = -1}};
  const auto document = nlohmann::json::parse(json::chrome_trace(traces));
  std::map<std::string, int> slices;
  std::map<int, std::vector<std::pair<double, double>>> requests_of_thread;
  for (const auto& event : document.at("traceEvents")) {
    if (event.at("ph") == "M") {
      CHECK((event.at("name") == "process_name" || event.at("args").at("name") == "message 5"));
      continue;
    }
    CHECK(event.at("ph") == "X");
    CHECK(event.at("pid") == 2);
    CHECK(event.at("dur").get<double>() >= 0);
    ++slices[event.at("name")];
    if (event.at("name") == "persist")
      requests_of_thread[event.at("tid")].emplace_back(event.at("ts").get<double>(), event.at("dur").get<double>());
  }
  CHECK(slices == std::map<std::string, int>{{"persist", 3}, {"wire", 3}, {"queue", 3}, {"service", 3}, {"wire back", 3}});
  REQUIRE(requests_of_thread.size() == 2);
  const auto& first = requests_of_thread.begin()->second;
  REQUIRE(first.size() == 2);  // The one that comes after has the thread again.
  CHECK(first[0].first == Approx(1));
  CHECK(first[0].second == Approx(9.5));
  CHECK(first[1].first == Approx(20));
}

TEST_CASE("nothing followed is a trace of nothing") {
  CHECK(nlohmann::json::parse(json::chrome_trace({})).at("traceEvents").empty());
}
