#include "models/blob/blob.hpp"

#include "tests/models/blob/blob_world.hpp"

using namespace chatsim;
using namespace chatsim::tests;

namespace {

constexpr double us = 1e3;  // In ns.
constexpr double ms = 1e6;
constexpr double hop = 4 * us;            // 2 us up, 2 us down.
constexpr double headers = 200 * 0.32;    // Of a request or a reply, at 25 Gbit/s.
constexpr double served = headers + hop + 1 * ms;
constexpr double answered = headers + hop;
constexpr double object = 300e3 * 0.32;   // On a network card.
constexpr double fragment = 50e3 * 0.32;

constexpr BlobUrl picture{4711};

sim::Task<void> create_and_get(BlobWorld* world, BlobUrl url, Figures* figures) {
  const UserId author{1}, receiver{2};
  const sim::Time begin = world->now();
  const std::uint64_t events = world->world.scheduler.events();
  const sim::Outcome created = co_await world->blob.create(world->gateway_of(author), author, url);
  const sim::Time safe = world->now();
  co_await sim::sleep(world->world.scheduler, sim::Duration{100'000'000});  // The last part is written by then.
  const std::uint64_t events_of_create = world->world.scheduler.events() - events - 1;
  const sim::Time again = world->now();
  const sim::Outcome got = co_await world->blob.get(world->gateway_of(receiver), receiver, url);
  (*figures)["created"] = static_cast<double>(created);
  (*figures)["got"] = static_cast<double>(got);
  (*figures)["create_ns"] = static_cast<double>((safe - begin).count());
  (*figures)["get_ns"] = static_cast<double>((world->now() - again).count());
  (*figures)["create_events"] = static_cast<double>(events_of_create);
  (*figures)["get_events"] = static_cast<double>(world->world.scheduler.events() - events - 1) -
                             (*figures)["create_events"];
}

Figures once(const spec::Scenario& scenario, BlobUrl url = picture) {
  return with_blob(scenario, [url](BlobWorld& world, Figures& figures) {
    world.blob.begin_measuring();
    sim::spawn(world.gateway_of(UserId{1}), create_and_get(&world, url, &figures));
    world.run_for(2);
    const spec::BlobSummary summary = world.blob.summary(sim::Duration{1'000'000'000});
    figures["uploads"] = static_cast<double>(summary.uploads);
    figures["downloads"] = static_cast<double>(summary.downloads);
    figures["failed"] = static_cast<double>(summary.failed);
    figures["passed_on"] = static_cast<double>(summary.passed_on);
    figures["cache_hits"] = static_cast<double>(summary.cache_hits);
    figures["bytes_up"] = summary.bytes_up_per_s;
    figures["bytes_down"] = summary.bytes_down_per_s;
    figures["bytes_stored"] = summary.bytes_stored_per_s;
    figures["overhead"] = summary.overhead;
    figures["upload_mean_ns"] = world.blob.blob_upload.mean().value() * 1e9;
    figures["download_mean_ns"] = world.blob.blob_download.mean().value() * 1e9;
    figures["incomplete"] = static_cast<double>(world.blob.placement().incomplete());
    figures["live"] = static_cast<double>(sim::arena.live());
  });
}

spec::Scenario without_cache(spec::Scenario scenario) {
  scenario.services.blob.cache_per_machine = spec::Bytes{0};
  return scenario;
}

void check_once(const Figures& found) {
  CHECK(found.at("created") == 0);
  CHECK(found.at("got") == 0);
  CHECK(found.at("uploads") == 1);
  CHECK(found.at("downloads") == 1);
  CHECK(found.at("failed") == 0);
  CHECK(found.at("bytes_up") == 300e3);
  CHECK(found.at("bytes_down") == 300e3);
  // What the client sees has its network's time beside.
  CHECK(figure("blob_upload in ns: 40 ms of a round trip and 300 kB at 2.5 MB/s more", found.at("create_ns") + 160 * ms,
               found.at("upload_mean_ns"), 1));
  CHECK(figure("blob_download in ns: 40 ms of a round trip and 300 kB at 6.25 MB/s more", found.at("get_ns") + 88 * ms,
               found.at("download_mean_ns"), 1));
  CHECK(found.at("incomplete") == 0);
}

}  // namespace

TEST_CASE("three copies: create and get take what is computed by hand") {
  const double uploaded = object + hop;
  // The card sends 256 kB to the second machine, 256 kB to the third, then the second's last 44 kB.
  const double copied = headers + served + (256e3 + 256e3 + 44e3) * 0.32 + hop + 250 * us + answered;
  const double downloaded = object + hop + answered;

  const Figures found = once(constant_blobs());
  check_once(found);
  CHECK(figure("create in ns: card and hop, served, the second copy written, answered",
               uploaded + served + copied + answered, found.at("create_ns"), 2));
  CHECK(figure("get from memory in ns: served, card and hop, answered",
               served + downloaded, found.at("get_ns"), 2));
  CHECK(found.at("cache_hits") == 1);
  CHECK(figure("events of an upload: requests 2 + 4, three transfers of two chunks 9, disks 3", 18, found.at("create_events"), 0));
  CHECK(figure("events of a download: request 2, a transfer of two chunks 3", 5, found.at("get_events"), 0));
  CHECK(figure("bytes on disks, 3 x 300 kB", 900e3, found.at("bytes_stored"), 0));
  CHECK(figure("overhead", 3, found.at("overhead"), 0));

  const Figures read = once(without_cache(constant_blobs()));
  check_once(read);
  CHECK(figure("get from a disk in ns: 0.1 ms and 300 kB at 2 GB/s more",
               served + downloaded + 250 * us, read.at("get_ns"), 2));
  CHECK(read.at("cache_hits") == 0);
}

TEST_CASE("one copy: nothing is sent on") {
  spec::Scenario scenario = constant_blobs();
  scenario.services.blob.copies = 1;
  const Figures found = once(scenario);
  check_once(found);
  CHECK(figure("bytes on disks", 300e3, found.at("bytes_stored"), 0));
  const double uploaded = object + hop;
  const double to_itself = headers + 10 * us;  // A host's own loopback.
  CHECK(figure("create in ns: as above, the own copy written",
               uploaded + served + to_itself + 250 * us + answered, found.at("create_ns"), 2));
}

TEST_CASE("Reed-Solomon (6, 3): create and get take what is computed by hand") {
  const double uploaded = object + hop;
  const double encoded = 300e3 / 2e9 * 1e9;
  const double fragment_io = 100 * us + 50e3 / 2e9 * 1e9;
  // k + m / 2 = 8 of 9 on disks, the own among them: the seventh that the card sends decides.
  const double kept = headers + served + 7 * fragment + hop + fragment_io + answered;
  const double gathered = served + fragment + hop + answered;
  const double downloaded = object + hop + answered;

  const Figures found = once(coded(constant_blobs(), 6, 3));
  check_once(found);
  CHECK(figure("create in ns: card and hop, served, encoded, seven fragments, disk, answered",
               uploaded + served + encoded + kept + answered, found.at("create_ns"), 2));
  CHECK(figure("get in ns: served, five other fragments from memory, card and hop, answered",
               served + gathered + downloaded, found.at("get_ns"), 6 * headers));
  CHECK(figure("bytes on disks, 9 x 50 kB", 450e3, found.at("bytes_stored"), 0));
  CHECK(figure("overhead", 1.5, found.at("overhead"), 0));

  const Figures read = once(without_cache(coded(constant_blobs(), 6, 3)));
  check_once(read);
  CHECK(figure("get in ns, fragments read from disks: 0.1 ms and 50 kB at 2 GB/s more",
               served + gathered + fragment_io + downloaded, read.at("get_ns"), 6 * headers));
}

TEST_CASE("any numbers of parts: bytes on disks are parts / enough times the size, rounded up") {
  const auto [k, m] = GENERATE(std::pair{1, 0}, std::pair{1, 2}, std::pair{4, 0}, std::pair{10, 4}, std::pair{17, 3},
                               std::pair{32, 32});
  spec::Scenario scenario = coded(constant_blobs(), k, m);
  scenario.services.gateway.machines = 2;
  scenario.datacenter.hosts_per_rack = 100;
  scenario.services.blob.machines = 70;
  const Figures found = once(scenario);
  check_once(found);
  CHECK(figure("bytes on disks of (" + std::to_string(k) + ", " + std::to_string(m) + ")",
               (k + m) * std::ceil(300e3 / k), found.at("bytes_stored"), 0));
}

TEST_CASE("a hot object is passed on at once, and all its copies serve it") {
  const BlobUrl url = Attachments::hot_object(1);
  const Figures found = with_blob(constant_blobs(), [&](BlobWorld& world, Figures& figures) {
    world.blob.begin_measuring();
    sim::spawn(world.gateway_of(UserId{1}), create_and_get(&world, url, &figures));
    const auto get = [](BlobWorld* place, UserId user, BlobUrl which) -> sim::Task<void> {
      co_await place->blob.get(place->gateway_of(user), user, which);
    };
    for (std::uint64_t user = 0; user < 3000; ++user) sim::spawn(world.gateway_of(UserId{user}), get(&world, UserId{user}, url));
    world.run_for(60);
    figures["passed_on"] = static_cast<double>(world.blob.summary({}).passed_on);
    figures["uploads"] = static_cast<double>(world.blob.uploads().begun);
    figures["downloads"] = static_cast<double>(world.blob.downloads().done);
    figures["cache_hits"] = static_cast<double>(world.blob.summary({}).cache_hits);
    const Placement::Machines machines = world.blob.placement().machines_of(url);
    for (std::uint32_t i = 0; i < machines.count; ++i) {
      figures["served_" + std::to_string(i)] = static_cast<double>(world.world.wire.bytes_sent(machines.machine[i]) / 300'000);
    }
  });
  CHECK(found.at("create_ns") == 0);
  CHECK(found.at("passed_on") == 1);
  CHECK(found.at("uploads") == 0);
  CHECK(found.at("downloads") == 3001);
  CHECK(found.at("cache_hits") == 3001);  // All hot objects fit into memory, and are there from the start.
  for (const char* copy : {"served_0", "served_1", "served_2"}) {
    CHECK(figure(std::string(copy) + ": a third of 3,001, 4 sigma", 1000, found.at(copy), 4 * std::sqrt(3000 * 2 / 9.0)));
  }
}

TEST_CASE("disks begin filled as after the time that objects are kept, and stay so") {
  spec::Scenario scenario = constant_blobs();
  scenario.population.messages_per_day = 1e9;
  const auto [redundancy, overhead] =
      GENERATE(std::pair{spec::Redundancy::replication, 3.0}, std::pair{spec::Redundancy::reed_solomon, 1.5});
  scenario.services.blob.redundancy = redundancy;
  const auto fill = [](const spec::Scenario& with) {
    return with_blob(with, [](BlobWorld& world, Figures& figures) {
      const auto fill_now = [&] {
        return world.world.disks.summary(world.blob.tier().index(), world.now()).fill;
      };
      figures["before"] = fill_now();
      figures["stated"] = world.blob.stated_fill();
      sim::spawn(world.gateway_of(UserId{1}), create_and_get(&world, picture, &figures));
      world.run_for(2);
      figures["after"] = fill_now();
    });
  };
  const Figures found = fill(scenario);
  const double uploads = 1e9 * 0.1 * 0.95 * 30 + 1000;
  CHECK(figure("fill: (1e9 x 0.1 x 0.95 x 30 + 1000) x 300 kB x " + std::to_string(overhead) + " / (12 x 400 TB)",
               uploads * 300e3 * overhead / (12 * 400e12), found.at("before"), 1e-6));
  CHECK(figure("the same, with an object more and one expired", found.at("before"), found.at("after"), 1e-12));
  CHECK(figure("what it states", found.at("before"), found.at("stated"), 1e-12));

  scenario.services.blob.disk_capacity = spec::Bytes{1e12};
  const Figures full = fill(scenario);
  CHECK(figure("disks that are too small are as full as they get", 0.95, full.at("before"), 1e-9));
  CHECK(full.at("stated") > 10);
  CHECK(full.at("created") == 0);
}
