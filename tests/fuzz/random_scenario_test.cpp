#include "tests/fuzz/random_scenario.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "models/run/run.hpp"
#include "scenarios/json/result_json.hpp"
#include "scenarios/loader/dump.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/scenarios/load_scenario.hpp"

// Whatever is configured, and whatever breaks: the books balance, no promise is broken, and the same seed gives the same.

using namespace chatsim;

namespace {

using Json = nlohmann::ordered_json;

/// Of wall clock, after which a run is ended: it is no mistake to be slow, and counted.
constexpr double slow_s = 60;
/// Of processor time: by then a run that was told to end does not.
constexpr rlim_t hung_s = 120;

/// CHATSIM_SCENARIO_SEEDS=first-last looks at others than these.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* asked = std::getenv("CHATSIM_SCENARIO_SEEDS");
  if (asked == nullptr) return {1, 50};
  char* rest = nullptr;
  const std::uint64_t first = std::strtoull(asked, &rest, 10);
  return {first, *rest == '-' ? std::strtoull(rest + 1, nullptr, 10) : first};
}

/// Children inherit the limit; what this process has used already is not theirs.
void limit_processor_time(bool on) {
  rlimit limit{};
  getrlimit(RLIMIT_CPU, &limit);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  limit.rlim_cur = on ? static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + hung_s : limit.rlim_max;
  setrlimit(RLIMIT_CPU, &limit);
}

std::variant<spec::Result, models::RunFailure> bounded_run(const spec::Scenario& scenario) {
  limit_processor_time(true);
  std::atomic<bool> stop{false};
  auto outcome = models::run(scenario, stop, [&](const models::Progress& progress) {
    if (progress.wall_s > slow_s) stop = true;
  });
  limit_processor_time(false);
  return outcome;
}

/// Numbers of what was counted: where nothing was, there are none.
void find_missing(const Json& node, const std::string& path, std::string& missing) {
  if (node.is_array() || node.is_object()) {
    const auto count = node.is_object() ? node.find("count") : node.end();
    const bool has_data = node.is_object() && count != node.end() && count->is_number() && *count > 0;
    for (const auto& [key, value] : node.items()) {
      if (has_data && value.is_null()) missing += path + "." + key + " is missing\n";
      find_missing(value, path + "." + key, missing);
    }
  }
}

enum class Verdict { right, slow, wrong };

struct Judged {
  Verdict verdict = Verdict::right;
  std::string what = {};  ///< Of what is wrong: a line each, its name before the first colon.
};

std::string broken_in(const spec::Result& result, const Json& document) {
  std::string broken;
  if (result.invariants.conservation_residual != 0)
    broken += "books: residual " + std::to_string(result.invariants.conservation_residual) + "\n";
  if (!(result.invariants.little_law_error < 1e-6))
    broken += "little: error " + std::to_string(result.invariants.little_law_error) + "\n";
  for (const spec::PromiseReport& promise : result.promises) {
    if (promise.broken())
      broken += promise.name + ": " + std::to_string(promise.count) + " " + promise.what + ", though " + promise.reason +
                "\n";
  }
  for (const spec::TierSummary& tier : result.tiers) {
    if (!(tier.utilisation >= 0 && tier.busy_threads <= 1 + 1e-9)) broken += "utilisation: of " + tier.name + "\n";
  }
  find_missing(document, "", broken);
  try {
    if (json::to_json(json::result_from_json(document)) != document) broken += "json: comes back as another result\n";
  } catch (const json::NotAResult& refusal) {
    // Infinities are null in text, so only what was written without loss has to come back.
    broken += std::string("json: ") + refusal.what() + "\n";
  }
  return broken;
}

Judged judge(const spec::Scenario& scenario) {
  for (const spec::Issue& issue : spec::validate(scenario))
    return {Verdict::wrong, "invalid: " + issue.path + ": " + issue.message + "\n"};
  std::string written[2];
  for (std::string& document : written) {
    auto outcome = bounded_run(scenario);
    if (const auto* failure = std::get_if<models::RunFailure>(&outcome))
      return {Verdict::wrong, "failed: " + failure->message + "\n"};
    auto& result = std::get<spec::Result>(outcome);
    if (result.interrupted) return {Verdict::slow};
    result.wall_s = result.platform_build_s = 0;
    result.peak_rss_bytes = 0;
    const Json json = json::to_json(result);
    document = json.dump();
    if (const std::string broken = broken_in(result, json); !broken.empty()) return {Verdict::wrong, broken};
  }
  if (written[0] != written[1]) return {Verdict::wrong, "replay: the same seed gave other results\n"};
  return {};
}

std::string kind_of(const std::string& what) { return what.substr(0, what.find(':')); }

void print_smallest(const spec::Scenario& scenario, const spec::Scenario& base, const std::string& what) {
  // In the manner of delta debugging; a minute of a processor at most, for runs of a tenth of a second.
  constexpr int looks = 200;
  const spec::Scenario small = fuzz::shrunk(
      scenario, base,
      [&](const spec::Scenario& smaller) {
        const Judged judged = judge(smaller);
        return judged.verdict == Verdict::wrong && kind_of(judged.what) == kind_of(what);
      },
      looks);
  std::cout << "what is left of it:\n" << judge(small).what << "  chatsim run tests/fuzz/base.yaml"
            << fuzz::difference(small, base) << "\n";
}

}  // namespace

TEST_CASE("random scenarios keep their promises and their books") {
  const spec::Scenario base = tests::load_scenario("tests/fuzz/base.yaml");
  const auto [first, last] = seeds();
  std::uint64_t wrong = 0, slow = 0, at_once = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const fuzz::RandomScenario random = fuzz::random_scenario(base, seed);
    at_once += random.valid_at_once;
    const auto begin = std::chrono::steady_clock::now();
    const Judged judged = judge(random.scenario);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (std::getenv("CHATSIM_SCENARIO_TIMES")) std::cout << "seed " << seed << " took " << took << " s\n";
    if (judged.verdict == Verdict::slow) {
      ++slow;
      std::cout << "seed " << seed << ": slow\n";
    }
    if (judged.verdict != Verdict::wrong) continue;
    ++wrong;
    std::cout << "seed " << seed << ":\n" << judged.what << "--- a scenario to replay\n" << loader::to_yaml(random.scenario)
              << "---" << std::endl;
    print_smallest(random.scenario, base, judged.what);
  }
  std::cout << "seeds " << first << " to " << last << ": " << wrong << " wrong, " << slow
            << " slow; valid at once: " << at_once << "\n";
  CHECK(wrong == 0);
  CHECK(slow * 20 <= last - first + 1);
}
