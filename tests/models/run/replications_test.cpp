#include "models/run/replications.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "models/run/memory.hpp"
#include "scenarios/json/json.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using models::ReplicationsProgress;
using models::run_replications;

namespace {

using Outcome = std::variant<spec::Result, models::RunFailure>;
using Outcomes = std::map<std::size_t, Outcome>;

/// Everything but what the run cost.
std::string document_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  return json::to_json(result).dump(1);
}

std::string document_of(const Outcome& outcome) {
  if (const auto* failure = std::get_if<models::RunFailure>(&outcome)) return "failed: " + failure->message;
  return document_of(std::get<spec::Result>(outcome));
}

/// All of the seeds.
Outcomes outcomes_of(const spec::Scenario& scenario, const std::vector<std::uint64_t>& seeds, int jobs) {
  Outcomes outcomes;
  const auto failure = run_replications(
      scenario, seeds, jobs,
      {.take = [&](std::size_t index, Outcome outcome) { outcomes.emplace(index, std::move(outcome)); },
       .enough = [] { return false; },
       .progress = [](const ReplicationsProgress&) {}});
  if (failure) FAIL(failure->message);
  return outcomes;
}

/// Neither a running child nor a zombie.
bool no_child_is_left() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

/// Processes whose parent is this one, in ascending order.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    const auto end_of_name = text.rfind(')');
    if (end_of_name == std::string::npos) continue;
    if (std::stoi(text.substr(end_of_name + 4)) == parent) children.push_back(std::stoi(name));
  }
  std::sort(children.begin(), children.end());
  return children;
}

spec::Scenario short_small() {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{1.5};
  return scenario;
}

}  // namespace

TEST_CASE("a seed gives the same bytes in one, two and four processes, and in a run of its own") {
  const spec::Scenario scenario = short_small();
  const std::vector<std::uint64_t> seeds{5, 6, 7, 8, 9};
  const Outcomes one = outcomes_of(scenario, seeds, 1);
  REQUIRE(one.size() == seeds.size());
  for (const int jobs : {2, 4}) {
    const Outcomes several = outcomes_of(scenario, seeds, jobs);
    REQUIRE(several.size() == seeds.size());
    for (const auto& [index, outcome] : one) CHECK(document_of(several.at(index)) == document_of(outcome));
  }
  for (const auto& [index, outcome] : one) {
    spec::Scenario alone = scenario;
    alone.seed = seeds[index];
    CHECK(document_of(outcome) == document_of(tests::result_of(alone)));
  }
  CHECK(document_of(one.at(0)) != document_of(one.at(1)));
  CHECK(no_child_is_left());
}

TEST_CASE("a slice is replicated on its own datacenter") {
  spec::Scenario scenario = short_small();
  scenario.simulation.slice = 0.5;
  const Outcomes outcomes = outcomes_of(scenario, {scenario.seed}, 2);
  CHECK(document_of(outcomes.at(0)) == document_of(tests::result_of(scenario)));
}

TEST_CASE("never more run at a time than there are jobs, and progress counts them") {
  ReplicationsProgress last;
  std::uint64_t most = 0;
  const std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  const auto failure = run_replications(short_small(), seeds, 2,
                                        {.take = [](std::size_t, const Outcome&) {},
                                         .enough = [] { return false; },
                                         .progress =
                                             [&](const ReplicationsProgress& progress) {
                                               CHECK(progress.finished >= last.finished);
                                               most = std::max(most, progress.running);
                                               last = progress;
                                             }});
  CHECK_FALSE(failure);
  CHECK(most == 2);
  CHECK(last.finished == 5);
  CHECK(last.planned == 5);
  CHECK(last.duration_s == 1.5);
}

TEST_CASE("a replication that is killed is reported with its reason, and the others end") {
  spec::Scenario scenario = short_small();
  scenario.simulation.duration = spec::Seconds{8};
  const std::vector<std::uint64_t> seeds{1, 2, 3, 4};
  Outcomes outcomes;
  bool killed = false;
  const auto failure = run_replications(
      scenario, seeds, 2,
      {.take = [&](std::size_t index, Outcome outcome) { outcomes.emplace(index, std::move(outcome)); },
       .enough = [] { return false; },
       .progress =
           [&](const ReplicationsProgress& progress) {
             if (killed || progress.finished > 0 || progress.running < 2) return;
             const std::vector<pid_t> hosts = children_of(getpid());
             REQUIRE(hosts.size() == 1);
             const std::vector<pid_t> replications = children_of(hosts[0]);
             REQUIRE(replications.size() == 2);
             REQUIRE(kill(replications[1], SIGKILL) == 0);
             killed = true;
           }});
  CHECK_FALSE(failure);
  REQUIRE(killed);
  REQUIRE(outcomes.size() == 4);
  CHECK_THAT(document_of(outcomes.at(1)), Catch::StartsWith("failed: killed by SIGKILL (Killed)"));
  for (const std::size_t index : {0, 2, 3}) CHECK(std::holds_alternative<spec::Result>(outcomes.at(index)));
  CHECK(no_child_is_left());
}

TEST_CASE("when the host is killed that is said, and nobody is left behind") {
  spec::Scenario scenario = short_small();
  scenario.simulation.duration = spec::Seconds{3600};
  std::vector<pid_t> replications;
  const std::vector<std::uint64_t> seeds{1, 2, 3, 4};
  const auto failure = run_replications(scenario, seeds, 2,
                                        {.take = [](std::size_t, const Outcome&) { FAIL("nothing can have ended"); },
                                         .enough = [] { return false; },
                                         .progress =
                                             [&](const ReplicationsProgress& progress) {
                                               if (progress.running < 2 || !replications.empty()) return;
                                               const std::vector<pid_t> hosts = children_of(getpid());
                                               replications = children_of(hosts.at(0));
                                               kill(hosts[0], SIGKILL);
                                             }});
  REQUIRE(failure);
  CHECK_THAT(failure->message, Catch::StartsWith("killed by SIGKILL"));
  REQUIRE(replications.size() == 2);
  const auto is_running = [](pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    return std::getline(file, text) && text.find(") Z") == std::string::npos;
  };
  for (const pid_t process : replications) {
    for (int step = 0; step < 5000 && is_running(process); ++step) usleep(1000);
    CHECK_FALSE(is_running(process));
  }
}

TEST_CASE("what is enough ends the rest") {
  spec::Scenario scenario = short_small();
  const std::vector<std::uint64_t> seeds(1000, 3);
  Outcomes outcomes;
  const auto failure = run_replications(
      scenario, seeds, 2,
      {.take = [&](std::size_t index, Outcome outcome) { outcomes.emplace(index, std::move(outcome)); },
       .enough = [&] { return outcomes.size() >= 2; },
       .progress = [](const ReplicationsProgress&) {}});
  CHECK_FALSE(failure);
  CHECK(outcomes.size() >= 2);
  CHECK(outcomes.size() < 100);
  for (const auto& [index, outcome] : outcomes) CHECK_FALSE(std::get<spec::Result>(outcome).interrupted);
  CHECK(no_child_is_left());
}

TEST_CASE("stopped before any has ended, the first gives what it has") {
  spec::Scenario scenario = short_small();
  scenario.simulation.duration = spec::Seconds{3600};
  bool stop = false;
  Outcomes outcomes;
  const std::vector<std::uint64_t> seeds{1, 2, 3, 4};
  const auto failure = run_replications(
      scenario, seeds, 2,
      {.take = [&](std::size_t index, Outcome outcome) { outcomes.emplace(index, std::move(outcome)); },
       .enough = [&] { return stop; },
       .progress = [&](const ReplicationsProgress& progress) { stop = stop || progress.simulated_s > 2; }});
  CHECK_FALSE(failure);
  REQUIRE(outcomes.size() == 1);
  const auto& result = std::get<spec::Result>(outcomes.at(0));
  CHECK(result.interrupted);
  CHECK(result.messages.acknowledged > 0);
  CHECK(no_child_is_left());
}

TEST_CASE("memory bounds the number of processes") {
  CHECK(models::processes_that_fit(10'000, 1000) == 9);
  CHECK(models::processes_that_fit(10'000, 9001) == 1);
  CHECK(models::processes_that_fit(10'000, 1'000'000) == 1);
  CHECK(models::processes_that_fit(10'000, 0) > 1000);
  REQUIRE(models::available_memory());
  CHECK(*models::available_memory() > 1'000'000);
}
