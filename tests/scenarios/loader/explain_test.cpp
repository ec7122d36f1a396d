#include "scenarios/loader/explain.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scratch.hpp"

using namespace chatsim::loader;

namespace {

std::string line_of(const std::string& text, const std::string& path) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(path + ":")) return line;
  }
  return "none";
}

}  // namespace

TEST_CASE("Every value is shown with its origin") {
  const Scratch scratch;
  const auto path =
      scratch.write("a.yaml", "description: \"two\\nlines\"\nservices:\n  gateway: {machines: 5}\n");
  const auto outcome = load({path, {"network.request_timeout=2s"}, 9});
  REQUIRE(outcome.scenario);
  const std::string text = explain(*outcome.scenario, outcome.provenance);
  CHECK(line_of(text, "services.gateway.machines") ==
        "services.gateway.machines: 5    # " + path + ":3:23 (default 40000)");
  CHECK(line_of(text, "services.gateway.threads") == "services.gateway.threads: 50    # default");
  CHECK(line_of(text, "network.request_timeout") == "network.request_timeout: 2s    # --set (default 1s)");
  CHECK(line_of(text, "seed") == "seed: 9    # --seed (default 1)");
  CHECK(line_of(text, "description") == "description: two lines    # " + path + ":1:14 (default empty)");

  const auto json = explain_json(*outcome.scenario, outcome.provenance);
  const auto row_of = [&](const std::string& field) {
    for (const auto& row : json) {
      if (row["path"] == field) return row.dump();
    }
    return std::string("none");
  };
  CHECK(
      row_of("services.gateway.machines") ==
      R"({"path":"services.gateway.machines","value":"5","default":"40000","origin":{"kind":"file","file":")" +
          path + R"(","line":3,"column":23}})");
  CHECK(row_of("services.gateway.threads") ==
        R"({"path":"services.gateway.threads","value":"50","default":"50","origin":{"kind":"default"}})");
  CHECK(
      row_of("network.request_timeout") ==
      R"({"path":"network.request_timeout","value":"2s","default":"1s","origin":{"kind":"--set","number":1}})");
}
