#include "planner/estimate/ledger.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "planner/estimate/lines.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/workload.hpp"
#include "tests/planner/estimate/printed.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::prints_as;

namespace {

/// A row of the ledger of the design document as it is to come out. "" is for a value that is not there;
/// "depends" for one that depends on what the document does not say.
struct Row {
  const char* name;
  const char* published;
  const char* recomputed;
  const char* exact;
  Verdict verdict;
};

constexpr Row rows[] = {
    {"messages_per_second", "1 M/s", "1.111 M/s", "1.157 M/s", Verdict::rounded},
    {"attachments_per_day", "10 billion", "10 billion", "10 billion", Verdict::agrees},
    {"thread_rate_database", "100/s", "100/s", "100/s", Verdict::agrees},
    {"thread_rate_cache", "500/s", "500/s", "500/s", Verdict::agrees},
    {"thread_rate_app", "1,000/s", "1,000/s", "1,000/s", Verdict::agrees},
    {"profile_row", "164 B", "164 B", "164 B", Verdict::agrees},
    {"profile_storage", "328 GB", "328 GB", "328 GB", Verdict::agrees},
    {"profile_machines", "50", "56", "58", Verdict::differs},
    {"message_row", "764 B", "766 B", "766 B", Verdict::differs},
    {"message_storage", "1.2 EB", "120 PB", "140 PB", Verdict::differs},
    {"message_disks", "30,000", "3,600", "4,197", Verdict::differs},
    {"message_machines", "7,500", "900", "1,050", Verdict::differs},
    {"conversation_row", "44 B", "44 B", "44 B", Verdict::agrees},
    {"conversation_storage", "74 PB", "7.5 PB", "depends", Verdict::differs},
    {"conversation_machines", "500", "57", "depends", Verdict::differs},
    {"messaging_storage_machines", "8,000", "957", "depends", Verdict::differs},
    {"websockets_per_machine", "50,000", "50,000", "50,000", Verdict::agrees},
    {"gateway_machines", "40,000", "40,000", "40,000", Verdict::agrees},
    {"gateway_machines_redundant", "50,000", "50,000", "50,000", Verdict::agrees},
    {"group_row", "24 B", "24 B", "24 B", Verdict::agrees},
    {"group_storage", "6 TB", "6 TB", "4.8 TB", Verdict::agrees},
    {"group_storage_replicated", "18 TB", "18 TB", "14.4 TB", Verdict::agrees},
    {"blob_storage_maximum", "240 PB", "240 EB", "292 EB", Verdict::differs},
    {"blob_storage", "100 PB", "96 EB", "117 EB", Verdict::differs},
    {"blob_storage_replicated", "300 PB", "288 EB", "351 EB", Verdict::differs},
    {"cache", "", "", "", Verdict::none},
};

spec::Scenario as_published() { return tests::load_scenario("scenarios/chat_2b_as_published.yaml"); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Every row of the document's ledger comes out to the printed digits") {
  const Ledger found = ledger(as_published());
  REQUIRE(found.figures.size() == std::size(rows));
  for (std::size_t index = 0; index < std::size(rows); ++index) {
    const Row& row = rows[index];
    const Figure& figure = found.figures[index];
    INFO(row.name << ": " << figure.with_numbers);
    CHECK(figure.name == row.name);
    CHECK(figure.verdict == row.verdict);
    const auto check = [&](const char* column, const std::string& expected,
                           const std::optional<double>& value) {
      CHECK(value.has_value() == !expected.empty());
      if (value && expected != "depends") CHECK(prints_as(figure.name + ", " + column, expected, *value));
    };
    check("published", row.published, figure.published);
    check("recomputed", row.recomputed, figure.recomputed);
    check("exact", row.exact, figure.exact);
  }
}

TEST_CASE("What depends on the workload is what the workload says") {
  const spec::Scenario scenario = as_published();
  const Ledger found = ledger(scenario);
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  CHECK(*found.figure("conversation_storage").exact == Approx(workload.conversation.kept.value()));
  // 1,826 d x 1e11 x 3.1 rows x 44 B = 24.9 PB; x 3 / 100 TB = 748 disks; / 4 = 187 machines, and 1,050.
  CHECK(prints_as("conversation_storage", "24.9 PB", *found.figure("conversation_storage").exact));
  CHECK(*found.figure("conversation_machines").exact == 187);
  CHECK(*found.figure("messaging_storage_machines").exact == 1237);
  CHECK(*found.figure("message_storage").exact == Approx(workload.message.kept.value()));
  CHECK(*found.figure("profile_storage").exact == Approx(workload.profile.kept.value()));
  // All but the attachments that are passed on.
  CHECK(*found.figure("blob_storage_replicated").exact * 0.95 ==
        Approx(workload.blob.kept_replicated.value()));
}

TEST_CASE("The slips are explained with their arithmetic") {
  const Ledger found = ledger(as_published());
  const auto note = [&](const char* name) { return found.figure(name).note; };
  CHECK(contains(note("profile_machines"), "(1.157 M/s x 2 ms / (50 x 40 threads))"));
  CHECK(contains(note("profile_machines"), "are utilised 1.157 by one read"));
  CHECK(contains(note("message_row"), "8 B + 8 B + 50 B + 700 B = 766 B, not 764 B"));
  CHECK(contains(note("message_row"), "calculated with as 800 B"));
  CHECK(contains(note("message_row"), "700 characters are up to 2,800 bytes in UTF-8"));
  CHECK(contains(note("message_storage"), "10 times too large: 1,500 d x 100 billion x 800 B = 120 PB"));
  CHECK(contains(note("message_disks"), "8.33 times too large: 120 PB x 3 / 100 TB = 3,600"));
  CHECK(contains(note("conversation_storage"), "9.87 times too large: 120 PB / 16 = 7.5 PB"));
  CHECK(contains(note("blob_storage_maximum"),
                 "1,000 times too small: 16 MB x 10 % x 100 billion x 1,500 d = 240 EB"));
  CHECK(contains(note("blob_storage"), "960 times too small: 240 EB x 40 % = 96 EB"));
  CHECK(contains(note("cache"), "66 to 98 GB"));
  const Figure& cache = found.figure("cache");
  REQUIRE(cache.exact_interval);
  CHECK(cache.exact_interval->low == Approx(0.2 * 328e9));
  CHECK(cache.exact_interval->high == Approx(0.3 * 328e9));
}

TEST_CASE("A scenario without a document has exact figures alone") {
  const spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  CHECK_FALSE(has_document(scenario));
  const Ledger found = ledger(scenario);
  REQUIRE(found.figures.size() == 26);
  for (const Figure& figure : found.figures) {
    INFO(figure.name);
    CHECK_FALSE(figure.published);
    CHECK_FALSE(figure.recomputed);
    CHECK(figure.verdict == Verdict::none);
    CHECK(figure.formula == figure.exact_formula);
    if (figure.name != "cache") {
      REQUIRE(figure.exact);
      CHECK(*figure.exact > 0);
    }
  }
  CHECK(*found.figure("profile_storage").exact == 200'000 * 164);
}

TEST_CASE("One published figure is enough for a verdict, with the scenario's inputs") {
  spec::Scenario scenario;
  scenario.published.figures.profile_storage.value = spec::Bytes{328e9};
  const Ledger found = ledger(scenario);
  CHECK(has_document(scenario));
  CHECK(found.figure("profile_storage").verdict == Verdict::agrees);
  CHECK(found.figure("message_storage").verdict == Verdict::none);
  CHECK(*found.figure("message_storage").recomputed == Approx(*found.figure("message_storage").exact));
}

TEST_CASE("No figure is a constant: each follows a field of the scenario") {
  const struct {
    const char* path;
    const char* value;
    std::vector<const char*> follow;
  } changes[] = {
      {"population.users", "4e9", {"profile_storage", "gateway_machines", "gateway_machines_redundant"}},
      {"population.messages_per_day",
       "2e11",
       {"messages_per_second", "attachments_per_day", "profile_machines", "message_storage", "message_disks",
        "message_machines", "conversation_storage", "conversation_machines", "messaging_storage_machines",
        "blob_storage_maximum", "blob_storage", "blob_storage_replicated"}},
      {"population.groups", "2e9", {"group_storage", "group_storage_replicated"}},
      {"population.attachments.size_max", "32MB", {"blob_storage_maximum"}},
      {"services.gateway.threads", "100", {}},
      {"services.gateway.connections_per_machine", "100000", {"websockets_per_machine"}},
      {"services.profile.service_time", "4ms", {"thread_rate_cache"}},
      {"services.messaging.service_time", "2ms", {"thread_rate_app"}},
      {"stores.message.read_time", "20ms", {"thread_rate_database"}},
      {"stores.profile.row", "328B", {"profile_row"}},
      {"stores.message.row", "1532B", {"message_row"}},
      {"stores.conversation.row", "88B", {"conversation_row"}},
      {"stores.group.row", "48B", {"group_row"}},
  };
  std::set<std::string> followed;
  const Ledger before = ledger(as_published());
  for (const auto& change : changes) {
    spec::Scenario scenario = as_published();
    REQUIRE_FALSE(spec::find_field(change.path)->set(scenario, change.value));
    const Ledger after = ledger(scenario);
    for (const char* name : change.follow) {
      INFO(change.path << ": " << name);
      CHECK(*after.figure(name).exact != Approx(*before.figure(name).exact));
      followed.insert(name);
    }
  }
  CHECK(followed.size() == 25);  // All but the interval of caches.
  // In the document's column, by its own formula.
  spec::Scenario scenario = as_published();
  scenario.services.gateway.threads = 100;
  CHECK(*ledger(scenario).figure("websockets_per_machine").recomputed == 100'000);
  scenario.population.messages_per_day = 2e11;
  CHECK(*ledger(scenario).figure("message_storage").recomputed == Approx(2.4e17));
}

TEST_CASE("Nothing is infinite or undefined, whatever the scenario") {
  spec::Scenario scenario = as_published();
  scenario.population.messages_per_day = 0;
  scenario.population.groups = 0;
  scenario.population.group_message_share = spec::Probability{0};
  scenario.population.attachments.size = spec::Distribution::constant(0);
  for (spec::Distribution* time :
       {&scenario.services.profile.service_time, &scenario.services.messaging.service_time,
        &scenario.stores.message.read_time})
    *time = spec::Distribution::constant(0);
  for (const Figure& figure : ledger(scenario).figures) {
    INFO(figure.name << ": " << figure.note);
    for (const auto& value : {figure.published, figure.recomputed, figure.exact})
      CHECK((!value || std::isfinite(*value)));
    CHECK_FALSE(contains(figure.note, "inf"));
    CHECK_FALSE(contains(figure.note, "nan"));
  }
}
