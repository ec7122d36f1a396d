#include "scenarios/spec/workload.hpp"
#include "tests/models/blob/blob_world.hpp"
#include "tests/validation/published_case.hpp"

// Bytes on disks for each byte of a picture. Haystack (Beaver et al., OSDI 2010) keeps three replicas on RAID-6 of 12
// disks, two of which are parity. f4 (Muralidhar et al., OSDI 2014) has Reed-Solomon (10, 4) within a datacenter, and
// either a second datacenter with the same, or a third one with the XOR of what two others have, a (2, 1) code.

using namespace chatsim;
using namespace chatsim::tests;

namespace {

sim::Task<void> upload(BlobWorld* world, UserId author, BlobUrl url, Figures* figures) {
  const sim::Outcome outcome = co_await world->blob.create(world->gateway_of(author), author, url);
  (*figures)["created"] += outcome == sim::Outcome::ok;
}

/// What the blob service wrote to its disks for each byte that was uploaded.
double written_per_byte(const spec::Scenario& scenario) {
  constexpr std::uint64_t objects = 200;
  const Figures found = with_blob(scenario, [](BlobWorld& world, Figures& figures) {
    world.blob.begin_measuring();
    for (std::uint64_t i = 0; i < objects; ++i) {
      const UserId author{i};
      sim::spawn(world.gateway_of(author), upload(&world, author, BlobUrl{1 + i}, &figures));
    }
    world.run_for(60);
    const spec::BlobSummary summary = world.blob.summary(sim::Duration{1'000'000'000});
    figures["overhead"] = summary.bytes_stored_per_s / summary.bytes_up_per_s;
  });
  CHECK(found.at("created") == objects);
  return found.at("overhead");
}

spec::Scenario with_machines_for_fourteen_parts() {
  spec::Scenario scenario = constant_blobs();
  scenario.services.blob.machines = 16;
  return scenario;
}

bool stored(const std::string& name, const std::string& inputs, double published, double ours, const std::string& source) {
  return published_case(
      {"Blob", Kind::accounting, name + ": bytes on disks a byte", inputs, published, ours, {.relative = 0.01}, source});
}

}  // namespace

TEST_CASE("blob storage takes what Haystack and f4 take (accounting, of objects that are uploaded)", "[published][blob]") {
  const spec::Scenario scenario = with_machines_for_fourteen_parts();
  const double three_replicas = written_per_byte(scenario);
  const double raid = written_per_byte(coded(scenario, 10, 2));
  const double reed_solomon = written_per_byte(coded(scenario, 10, 4));
  const double exclusive_or = written_per_byte(coded(scenario, 2, 1));
  const char* const haystack = "Beaver et al., Finding a needle in Haystack, OSDI 2010";
  const char* const f4 = "Muralidhar et al., f4: Facebook's Warm BLOB Storage System, OSDI 2014";
  CHECK(stored("Haystack", "3 replicas x RAID-6 (10 + 2)", 3.6, three_replicas * raid, haystack));
  CHECK(stored("f4 within a datacenter", "Reed-Solomon (10, 4)", 1.4, reed_solomon, f4));
  CHECK(stored("f4 in two datacenters", "Reed-Solomon (10, 4) x 2", 2.8, reed_solomon * 2, f4));
  CHECK(stored("f4 with XOR across three datacenters", "Reed-Solomon (10, 4) x XOR (2, 1)", 2.1, reed_solomon * exclusive_or,
               f4));
  for (const spec::Scenario& one : {scenario, coded(scenario, 10, 2), coded(scenario, 10, 4), coded(scenario, 2, 1)}) {
    CHECK(figure("estimates say the same", spec::copies_on_disk(one.services.blob), written_per_byte(one), 1e-9));
  }
}
