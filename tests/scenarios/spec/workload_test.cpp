#include "scenarios/spec/workload.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim::spec;
using namespace chatsim::spec::literals;

namespace {

/// The figures of the ledger of estimates are printed with three digits.
Approx ledger(double figure) { return Approx(figure).epsilon(0.004); }

void show(const char* derivation, double expected, double actual) {
  UNSCOPED_INFO(derivation << ": expected " << expected << ", actual " << actual << ", tolerance 0.4 %");
}

}  // namespace

TEST_CASE("The rates of the default workload are those of the ledger and of its table") {
  const Population population;
  show("1e11 messages / 86,400 s", 1.157e6, mean_message_rate(population).value());
  CHECK(mean_message_rate(population).value() == ledger(1.157e6));
  show("0.9 + 0.1 x (13 - 1)", 2.1, recipients_per_message(population));
  CHECK(recipients_per_message(population) == ledger(2.1));
  show("1 + 2.1 rows", 3.1, conversation_rows_per_message(population));
  CHECK(conversation_rows_per_message(population) == ledger(3.1));
  show("2.1 recipients + the author + the author again for 10 %", 3.2, profile_reads_per_message(population));
  CHECK(profile_reads_per_message(population) == ledger(3.2));
  show("2.1 x 0.68", 1.428, kept_per_message(population));
  CHECK(kept_per_message(population) == ledger(1.428));
  show("2e9 x 0.32 / 640 s", 1e6, login_rate(population).value());
  CHECK(login_rate(population).value() == ledger(1e6));
  show("6.4e8 / 60 s", 1.067e7, heartbeat_rate(population).value());
  CHECK(heartbeat_rate(population).value() == ledger(1.067e7));
  show("1e6 logouts + 6.4e8 / 300 s", 3.133e6, last_seen_rate(population).value());
  CHECK(last_seen_rate(population).value() == ledger(3.133e6));
  show("1.157e6 x 0.1 x 0.95", 1.0995e5, upload_rate(population).value());
  CHECK(upload_rate(population).value() == ledger(1.0995e5));
  show("1.157e6 x 0.1 x 2.1", 2.43e5, download_rate(population).value());
  CHECK(download_rate(population).value() == ledger(2.43e5));
}

TEST_CASE("Everybody connected, one heartbeat a minute, is 33 million a second") {
  Population population;
  population.online = Probability{1};
  CHECK(heartbeat_rate(population).value() == ledger(33.3e6));
}

TEST_CASE("The load factor raises what messages ask for, and fills no disks") {
  Scenario peak;
  peak.population.load_factor = 1.5;
  const Scenario mean;
  CHECK(upload_rate(peak.population).value() == Approx(1.5 * upload_rate(mean.population).value()));
  CHECK(mean_message_rate(peak.population) == mean_message_rate(mean.population));
  CHECK(storage_workload(peak).message.kept == storage_workload(mean).message.kept);
  CHECK(login_rate(peak.population) == login_rate(mean.population));
}

TEST_CASE("Bytes kept are those of the ledger, exact inputs") {
  const StorageWorkload kept = storage_workload(Scenario{});
  show("1,826 d x 1e11 x 766 B", 1.4e17, kept.message.kept.value());
  CHECK(kept.message.kept.value() == ledger(1.4e17));
  show("1,826 d x 1e11 x 3.1 x 44 B", 2.49e16, kept.conversation.kept.value());
  CHECK(kept.conversation.kept.value() == ledger(2.49e16));
  show("2e9 x 164 B", 3.28e11, kept.profile.kept.value());
  CHECK(kept.profile.kept.value() == ledger(3.28e11));
  show("1e9 groups x 13 x 24 B", 3.12e11, kept.group.kept.value());
  CHECK(kept.group.kept.value() == ledger(3.12e11));
  show("1e11 x 0.1 x 0.95 x 300 kB x 30 d", 8.55e16, kept.blob.kept.value());
  CHECK(kept.blob.kept.value() == ledger(8.55e16));
  CHECK(kept.message.kept_replicated == kept.message.kept * 3.0);
  CHECK(kept.message.inserts_per_message == 1);
  CHECK(kept.conversation.inserts_per_message == ledger(3.1));
  CHECK(kept.group.reads_per_message == ledger(1.3));
  CHECK(kept.profile.reads_per_message == ledger(3.2));
}

TEST_CASE("Upper bounds of the ledger: every group full, every attachment of the largest size") {
  Scenario scenario;
  scenario.population.group_size = Distribution::constant(200);
  scenario.population.attachments.size = Distribution::constant(16e6);
  scenario.population.attachments.kept = scenario.population.retention;
  scenario.population.attachments.hot_share = Probability{0};
  const StorageWorkload kept = storage_workload(scenario);
  CHECK(kept.group.kept.value() == ledger(4.8e12));
  CHECK(kept.group.kept_replicated.value() == ledger(14.4e12));
  CHECK(kept.blob.kept.value() == ledger(292e18));
  scenario.population.attachments.size = Distribution::constant(0.4 * 16e6);
  CHECK(storage_workload(scenario).blob.kept.value() == ledger(117e18));
  CHECK(storage_workload(scenario).blob.kept_replicated.value() == ledger(351e18));
}

TEST_CASE("Reed-Solomon keeps fragments, not copies") {
  Scenario scenario;
  scenario.services.blob.redundancy = Redundancy::reed_solomon;
  const TableWorkload blob = storage_workload(scenario).blob;
  CHECK(blob.kept_replicated / blob.kept == Approx(1.5));
}

TEST_CASE("The document's own day and years give its message storage, the slip left out") {
  Scenario scenario;
  scenario.population.day = 90'000_s;
  scenario.population.retention = 1500 * 90'000_s;
  scenario.stores.message.row = 800_B;
  CHECK(storage_workload(scenario).message.kept.value() == Approx(1.2e17));
}

TEST_CASE("The cut at the largest size takes its part of the mean") {
  Attachments attachments;
  // Exponential: the mean of min(X, c) is m (1 - exp(-c / m)).
  attachments.size = Distribution::exponential(1e6);
  attachments.size_max = 1_MB;
  CHECK(mean_attachment_size(attachments).value() == Approx(1e6 * (1 - std::exp(-1))).epsilon(1e-3));
  attachments.size = Distribution::constant(3e5);
  CHECK(mean_attachment_size(attachments).value() == 3e5);
}

TEST_CASE("A long poll ends with a push or with its timeout") {
  Scenario scenario;
  CHECK(poll_rate(scenario).value() == 0);
  scenario.services.gateway.transport = Transport::long_polling;
  const double connected = connected_users(scenario.population);
  SECTION("nobody writes: every 30 s") {
    scenario.population.messages_per_day = 0;
    CHECK(poll_rate(scenario).value() == Approx(connected / 30));
  }
  SECTION("everybody writes much more often than the timeout: each push is a poll") {
    scenario.population.messages_per_day = 1e14;
    const double deliveries = 1e14 / 86400 * 2.1 * 0.32;
    CHECK(poll_rate(scenario).value() == Approx(deliveries * (1 + 1 + 0.8)).epsilon(1e-6));
  }
  SECTION("in between, more than either alone") {
    const double pushes = 1e11 / 86400 * 2.1 * 0.32 * 2.8 / connected;
    CHECK(poll_rate(scenario).value() == Approx(connected * pushes / (1 - std::exp(-30 * pushes))));
    CHECK(poll_rate(scenario).value() > connected / 30);
  }
}
