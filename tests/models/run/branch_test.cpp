#include "models/run/branch.hpp"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/json/json.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/live.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using models::Branch;
using spec::Seconds;
using tests::result_of;

namespace {

/// Everything but what the run cost.
std::string document_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  return json::to_json(result).dump(1);
}

std::string document_of(const Branch& branch) {
  return branch.result ? document_of(*branch.result) : "failed: " + branch.failure;
}

const models::BranchesCaller unheard{.before = [](const models::Progress&) {},
                                     .after = [](const models::ReplicationsProgress&) {}};

std::vector<Branch> branches_of(const spec::Scenario& scenario, Seconds at, const std::vector<spec::Scenario>& variants,
                                int jobs = 2) {
  const std::atomic<bool> never_stop = false;
  return models::run_branches(scenario, at, variants, jobs, never_stop, unheard);
}

spec::Scenario short_small() {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = Seconds{1.5};
  scenario.simulation.warmup = Seconds{0.5};
  return scenario;
}

/// Rows with leaders, batched fan-out, a cache too small, users who come and go, over the day.
spec::Scenario otherwise() {
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.simulation = {.duration = Seconds{1.5}, .warmup = Seconds{0.5}};
  scenario.services.group.fanout = spec::Fanout::batched;
  scenario.services.profile.cache_per_machine = spec::Bytes{3e5};
  scenario.stores.conversation.consistency = spec::Consistency::leader;
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{10});
  scenario.population.daily_curve.amplitude = 0.5;
  scenario.population.daily_curve.period = Seconds{10};
  scenario.network.flow_threshold = spec::Bytes{1e6};
  return scenario;
}

/// Every tier so small that requests wait in each now and then, and gateways so full that some clients are refused.
spec::Scenario strained() {
  spec::Scenario scenario = otherwise();
  scenario.name = "strained";
  spec::Services& services = scenario.services;
  services.gateway.threads = services.group.threads = services.blob.threads = 1;
  services.group.service_time = spec::Distribution::exponential(Seconds{10e-3});
  services.profile.threads = 2;
  services.messaging.threads = 1;
  services.messaging.service_time = spec::Distribution::exponential(Seconds{2e-3});
  services.gateway.connections_per_machine = 330;  // 20,000 users, 32 % online: 320 at each of 20.
  scenario.population.sessions.reconnect_after = Seconds{20e-3};
  scenario.stores.conversation.threads = 14;
  scenario.stores.group.threads = scenario.stores.profile.threads = 1;
  scenario.stores.profile.read_time = spec::Distribution::exponential(Seconds{100e-3});
  scenario.resilience.degradation = {.graceful = spec::Switch::on,
                                     .presence_above = Seconds{5},
                                     .receipts_above = Seconds{10},
                                     .pictures_above = Seconds{1e-3}};
  return scenario;
}

/// Clients whose messages are refused send again.
spec::Scenario refusing() {
  spec::Scenario scenario = short_small();
  scenario.population.load_factor = 1.4;
  scenario.stores.message.queue_limit = 1;
  scenario.stores.message.threads = 12;
  scenario.population.sessions.send_retry_after = Seconds{10e-3};
  return scenario;
}

/// The same, with queues that are shed, and much that is left out.
spec::Scenario shedding() {
  spec::Scenario scenario = strained();
  scenario.name = "shedding";
  scenario.resilience.degradation = {.graceful = spec::Switch::on,
                                     .presence_above = Seconds{5},
                                     .receipts_above = Seconds{1e-3},
                                     .pictures_above = Seconds{20}};
  spec::Services& services = scenario.services;
  for (spec::Tier* tier : std::initializer_list<spec::Tier*>{&services.gateway, &services.messaging, &services.group,
                                                             &services.profile, &services.blob}) {
    tier->shedding = spec::Shedding::codel;
  }
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->shedding = spec::Shedding::codel;
  }
  return scenario;
}

/// Gateways that die and are drained, others that stand by, and all that goes by how busy a tier is.
spec::Scenario adapting() {
  spec::Scenario scenario = short_small();
  scenario.name = "adapting";
  scenario.services.gateway.machines = 30;
  scenario.services.messaging.machines = 8;
  scenario.services.gateway.spare = 6;
  scenario.services.gateway.login_rate = spec::PerSecond{1000};
  scenario.population.sessions.reconnect_within = Seconds{0.2};
  const spec::Autoscaler scaler{.scaling = spec::Switch::on,
                                .machines_at_start = 2,
                                .target = spec::Probability{0.1},
                                .tolerance = spec::Probability{0},
                                .every = Seconds{0.1},
                                .provisioning = Seconds{0.1},
                                .calm = Seconds{0.1}};
  scenario.services.messaging.autoscaler = scenario.services.group.autoscaler = scaler;
  scenario.services.group.service_time = spec::Distribution::exponential(Seconds{20e-3});
  scenario.services.group.autoscaler.target = spec::Probability{0.5};
  scenario.services.messaging.autoscaler.target = spec::Probability{0.3};
  scenario.services.messaging.autoscaler.tolerance = spec::Probability{0.9};
  scenario.resilience.degradation = {.graceful = spec::Switch::on,
                                     .presence_above = Seconds{1e-5},
                                     .receipts_above = Seconds{10},
                                     .pictures_above = Seconds{20},
                                     .calm = Seconds{0.2}};
  spec::Fault crash;
  crash.target = "gateway 0-9";
  crash.at = Seconds{0.9};
  crash.lasts = Seconds{0.3};
  scenario.faults.timetable = {crash};
  scenario.faults.settle = Seconds{0.5};
  return scenario;
}

spec::Scenario at_half_the_load(spec::Scenario scenario) {
  scenario.population.load_factor /= 2;
  return scenario;
}

spec::Scenario with(spec::Scenario scenario, const std::string& path, const std::string& value) {
  if (const auto complaint = spec::find_field(path)->set(scenario, value)) FAIL(path << ": " << *complaint);
  for (const spec::Issue& issue : spec::validate(scenario)) FAIL(issue.path << ": " << issue.message);
  return scenario;
}

using Column = std::vector<double> spec::TimeSeries::*;
const std::vector<Column> columns{&spec::TimeSeries::offered_per_s,      &spec::TimeSeries::acknowledged_per_s,
                                  &spec::TimeSeries::delivered_per_s,    &spec::TimeSeries::failed_per_s,
                                  &spec::TimeSeries::send_to_ack_p99_ms, &spec::TimeSeries::send_to_deliver_p99_ms};

/// The first window in which two runs differ.
std::size_t first_difference(const spec::TimeSeries& a, const spec::TimeSeries& b) {
  REQUIRE(a.time_s == b.time_s);
  std::size_t first = a.time_s.size();
  for (const Column column : columns) {
    for (std::size_t i = 0; i < first; ++i) {
      if ((a.*column)[i] != (b.*column)[i]) first = i;
    }
  }
  return first;
}

bool no_child_is_left() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

/// A value that a field does not have, within its bounds; one that is felt, where it can be.
std::string another_value(const spec::FieldNode& field, const spec::Scenario& scenario) {
  switch (field.kind) {
    case spec::FieldKind::whole_number:
      return field.name == "threads" || field.name == "fanout_parallelism" ? "1" : field.bounds.min <= 0 ? "0" : "2";
    case spec::FieldKind::number:
      return field.name == "load_factor" || field.name == "budget" ? "0.5" : field.name == "multiplier" ? "3" : "4e7";
    case spec::FieldKind::quantity:
      if (field.name == "login_rate") return "1/s";
      if (field.name == "spare_open_at") return "900ms";
      return field.name == "last_seen" || field.name == "heartbeat" ? "10s" : "50ms";
    case spec::FieldKind::probability:
      return "0.37";
    case spec::FieldKind::distribution:
      return "3ms";
    case spec::FieldKind::choice:
      for (const std::string_view choice : field.choices) {
        if (choice != field.text(scenario)) return std::string(choice);
      }
      break;
    case spec::FieldKind::section:
    case spec::FieldKind::list:
    case spec::FieldKind::text:
      break;
  }
  FAIL("no other value for " << field.path);
  return "";
}

}  // namespace

TEST_CASE("the baseline is to the byte what the scenario yields, however it is branched") {
  const spec::Scenario scenario = GENERATE(short_small(), otherwise());
  const std::string alone = document_of(result_of(scenario));
  // Within the warm-up, at its end, within a window, just before the end.
  for (const double at : {1e-9, 0.3, 0.5, 1.0123, 1.4999}) {
    INFO(scenario.name << " at " << at << " s");
    const std::vector<Branch> one = branches_of(scenario, Seconds{at}, {at_half_the_load(scenario)}, 1);
    CHECK(document_of(one[0]) == alone);
    const std::vector<Branch> two = branches_of(scenario, Seconds{at}, {at_half_the_load(scenario)}, 2);
    CHECK(document_of(two[0]) == alone);
    CHECK(document_of(two[1]) == document_of(one[1]));
    if (at < 1.4) CHECK(document_of(two[1]) != alone);
  }
  CHECK(no_child_is_left());
}

TEST_CASE("the baseline is the same by flows and of a slice, too") {
  spec::Scenario flows = tests::one_rack(50);
  flows.simulation = {.duration = Seconds{0.5}, .warmup = Seconds{0.1}, .fidelity = spec::Fidelity::flow};
  spec::Scenario part = short_small();
  part.simulation.slice = 0.5;
  for (const spec::Scenario& scenario : {flows, part}) {
    spec::Scenario variant = scenario;
    variant.services.messaging.threads *= 3;
    variant.stores.message.threads /= 3;
    const std::vector<Branch> branches = branches_of(scenario, Seconds{0.3}, {variant});
    CHECK(document_of(branches[0]) == document_of(result_of(scenario)));
    REQUIRE(branches[1].result);
    CHECK(branches[1].result->machines == branches[0].result->machines);
    CHECK(branches[1].result->invariants.conservation_residual == 0);
  }
}

TEST_CASE("a variant without a change is the baseline") {
  const spec::Scenario scenario = short_small();
  const std::vector<Branch> branches = branches_of(scenario, Seconds{0.7}, {scenario, scenario});
  CHECK(document_of(branches[1]) == document_of(branches[0]));
  CHECK(document_of(branches[2]) == document_of(branches[0]));
}

TEST_CASE("a variant differs from the instant on and not before") {
  const spec::Scenario scenario = short_small();
  const std::vector<Branch> branches = branches_of(
      scenario, Seconds{0.8}, {at_half_the_load(scenario), with(scenario, "stores.message.write_time", "50ms")});
  const spec::TimeSeries& baseline = branches[0].result->series;
  REQUIRE(baseline.time_s.size() == 15);
  CHECK(first_difference(baseline, branches[1].result->series) == 8);
  CHECK(first_difference(baseline, branches[2].result->series) == 8);

  const auto mean_after = [&](const Branch& branch) {
    double sum = 0;
    for (std::size_t i = 8; i < 15; ++i) sum += branch.result->series.offered_per_s[i] / 7;
    return sum;
  };
  // 1,505 and 752 messages a second for 0.7 s: 5 sigma are 11 and 22 %.
  CHECK(mean_after(branches[0]) == Approx(1505).epsilon(0.16));
  CHECK(mean_after(branches[1]) == Approx(752).epsilon(0.22));
  // A write of 50 ms: the second of three answers is no earlier.
  CHECK(branches[2].result->series.send_to_ack_p99_ms.back() > 50);
}

TEST_CASE("traffic may stop and begin while the service runs") {
  spec::Scenario silent = short_small();
  silent.population.load_factor = 0;
  spec::Scenario loud = short_small();
  const Branch begun = branches_of(silent, Seconds{0.8}, {loud})[1];
  REQUIRE(begun.result);
  CHECK(begun.result->series.offered_per_s[7] == 0);
  CHECK(begun.result->messages.offered == Approx(0.7 * 1505).epsilon(0.16));
  const Branch stopped = branches_of(loud, Seconds{0.8}, {silent})[1];
  REQUIRE(stopped.result);
  CHECK(stopped.result->series.offered_per_s[7] > 0);
  CHECK(stopped.result->series.offered_per_s[8] == 0);
}

TEST_CASE("every live field takes effect, and none before its instant") {
  std::set<std::string> live, felt;
  for (const spec::Scenario& scenario : {refusing(), otherwise(), strained(), shedding(), adapting()}) {
    std::vector<std::string> paths;
    std::vector<spec::Scenario> variants;
    spec::for_each_leaf(spec::scenario_fields(), [&](const spec::FieldNode& field) {
      if (!spec::find_live_field(field.path)) return;
      paths.push_back(field.path);
      variants.push_back(with(scenario, field.path, another_value(field, scenario)));
    });
    live.insert(paths.begin(), paths.end());
    const std::vector<Branch> branches = branches_of(scenario, Seconds{0.8}, variants);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      INFO(scenario.name << ": " << paths[i]);
      const Branch& branch = branches[i + 1];
      CHECK(branch.failure.empty());
      REQUIRE(branch.result);
      CHECK(branch.result->invariants.conservation_residual == 0);
      CHECK(branch.result->invariants.little_law_error < 1e-6);
      CHECK(first_difference(branches[0].result->series, branch.result->series) >= 8);
      if (document_of(branch) != document_of(branches[0])) felt.insert(paths[i]);
    }
  }
  CHECK(live.size() > 50);
  // Of what tiers and stores have alike, one has to feel it: not every tier queues in these scenarios.
  const auto shared = [](const std::string& path) {
    const bool of_each = path.find(".codel.") != std::string::npos || path.find(".autoscaler.") != std::string::npos;
    return of_each ? path.substr(path.rfind('.', path.rfind('.') - 1)) : path;
  };
  std::set<std::string> live_kinds, felt_kinds;
  for (const std::string& path : live) live_kinds.insert(shared(path));
  for (const std::string& path : felt) felt_kinds.insert(shared(path));
  // What these scenarios do not come near: tests/models/service shows what it does.
  felt_kinds.insert({".autoscaler.tolerance", "resilience.degradation.presence_above"});
  CHECK(felt_kinds == live_kinds);
}

TEST_CASE("a variant that cannot be simulated fails by itself") {
  const spec::Scenario scenario = short_small();
  spec::Scenario impossible = scenario;
  impossible.services.messaging.threads = 0;  // The loader would not let it pass.
  const std::vector<Branch> branches = branches_of(scenario, Seconds{0.8}, {impossible, at_half_the_load(scenario)});
  CHECK(document_of(branches[0]) == document_of(result_of(scenario)));
  CHECK_FALSE(branches[1].result);
  CHECK(branches[1].failure != "");
  CHECK(branches[2].result);
  CHECK(no_child_is_left());
}

TEST_CASE("what is stopped keeps what is done and what is under way, and begins nothing more") {
  spec::Scenario scenario = short_small();
  scenario.simulation.duration = Seconds{600};
  std::atomic<bool> stop = false;
  const std::vector<spec::Scenario> variants(3, at_half_the_load(scenario));
  const std::vector<Branch> branches =
      models::run_branches(scenario, Seconds{0.8}, variants, 2, stop,
                           {.before = [](const models::Progress&) {},
                            .after = [&](const models::ReplicationsProgress& state) { stop = state.simulated_s > 2; }});
  for (const std::size_t begun : {0, 1}) {
    REQUIRE(branches[begun].result);
    CHECK(branches[begun].result->interrupted);
    CHECK(branches[begun].result->messages.acknowledged > 0);
  }
  for (const std::size_t never_begun : {2, 3}) {
    CHECK_FALSE(branches[never_begun].result);
    CHECK(branches[never_begun].failure.empty());
  }
  CHECK(no_child_is_left());

  stop = true;
  for (const Branch& branch : models::run_branches(scenario, Seconds{599}, variants, 2, stop, unheard)) {
    CHECK_FALSE(branch.result);
    CHECK(branch.failure.empty());
  }
}

TEST_CASE("before the instant there is one simulation, after it as many as there are jobs") {
  const spec::Scenario scenario = short_small();
  const std::atomic<bool> never_stop = false;
  std::uint64_t most_running = 0, planned = 0;
  double before_s = 0;
  models::run_branches(
      scenario, Seconds{0.8}, std::vector<spec::Scenario>(3, scenario), 2, never_stop,
      {.before = [&](const models::Progress& state) { before_s = std::max(before_s, state.simulated_s); },
       .after =
           [&](const models::ReplicationsProgress& state) {
             most_running = std::max(most_running, state.running);
             planned = state.planned;
           }});
  CHECK(before_s <= 0.8);
  CHECK(before_s > 0);
  CHECK(most_running == 2);
  CHECK(planned == 4);
}
