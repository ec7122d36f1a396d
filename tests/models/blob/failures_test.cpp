#include "models/blob/blob.hpp"

#include <cmath>
#include <cstdlib>

#include "tests/models/blob/blob_world.hpp"

using namespace chatsim;
using namespace chatsim::tests;

namespace {

constexpr BlobUrl picture{4711};

sim::Task<void> wait(sim::Scheduler* scheduler, double seconds) {
  co_await sim::sleep(*scheduler, sim::to_duration(spec::Seconds{seconds}));
}

/// Is created, then machines of `dead` parts die, then fetched by users who begin at different machines.
sim::Task<void> create_lose_and_get(BlobWorld* world, std::uint32_t dead, std::uint32_t first_dead, Figures* figures) {
  (*figures)["created"] = static_cast<double>(co_await world->blob.create(world->gateway_of(UserId{1}), UserId{1}, picture));
  co_await wait(&world->world.scheduler, 0.1);
  world->world.plane.at_simgrid([=] {
    for (std::uint32_t i = 0; i < dead; ++i) {
      world->turn_part(picture, (first_dead + i) % world->blob.placement().parts(), false);
    }
  });
  co_await wait(&world->world.scheduler, 0.1);
  for (std::uint64_t user = 2; user < 22; ++user) {
    const sim::Outcome got = co_await world->blob.get(world->gateway_of(UserId{user}), UserId{user}, picture);
    (*figures)["got"] += got == sim::Outcome::ok;
  }
  (*figures)["ended"] = 1;
}

Figures after_deaths(const spec::Scenario& scenario, std::uint32_t dead, std::uint32_t first_dead) {
  return with_blob(scenario, [=](BlobWorld& world, Figures& figures) {
    figures["got"] = 0;
    sim::spawn(sim::no_machine, create_lose_and_get(&world, dead, first_dead, &figures));
    world.run_for(300);
    figures["failed"] = static_cast<double>(world.blob.downloads().failed);
  });
}

/// Is created, then the link of the first copy breaks.
sim::Task<void> create_cut_and_get(BlobWorld* world, Figures* figures) {
  (*figures)["created"] = static_cast<double>(co_await world->blob.create(world->gateway_of(UserId{1}), UserId{1}, picture));
  co_await wait(&world->world.scheduler, 0.1);
  world->world.plane.at_simgrid([=] {
    const sim::MachineIndex machine = world->blob.placement().machines_of(picture).machine[0];
    world->world.platform.host_downlink(world->world.fleet[machine].host)->turn_off();
  });
  co_await wait(&world->world.scheduler, 0.1);
  for (std::uint64_t user = 2; user < 22; ++user) {
    const sim::Outcome got = co_await world->blob.get(world->gateway_of(UserId{user}), UserId{user}, picture);
    (*figures)["got"] += got == sim::Outcome::ok;
  }
}

/// Pictures by many authors, each fetched by two.
sim::Task<void> send_pictures(BlobWorld* world, std::uint64_t author, std::uint64_t pictures) {
  for (std::uint64_t i = 0; i < pictures; ++i) {
    const BlobUrl url{author * 1000 + i};
    co_await wait(&world->world.scheduler, 0.1 * world->context.draw(Stream::senders, url.object).uniform64(0));
    const sim::Outcome created = co_await world->blob.create(world->gateway_of(UserId{author}), UserId{author}, url);
    if (created != sim::Outcome::ok) continue;
    for (const std::uint64_t receiver : {author + 1, author + 2}) {
      co_await world->blob.get(world->gateway_of(UserId{author}), UserId{receiver}, url);
    }
  }
}

sim::Task<void> machines_die(BlobWorld* world, std::uint32_t deaths) {
  for (std::uint32_t i = 0; i < deaths; ++i) {
    co_await wait(&world->world.scheduler, 0.05);
    const sim::Draw lot = world->context.draw(Stream::earlier, i);
    // Of the gateways some, too.
    const sim::MachineIndex machine = i % 4 == 3 ? world->gateways.machine(lot.below(world->gateways.machines(), 0))
                                                 : world->blob.tier().machine(lot.below(world->blob.tier().machines(), 0));
    const sim::HostIndex host = world->world.fleet[machine].host;
    world->world.plane.at_simgrid([=] { turn_host(world->world.platform, host, false); });
    co_await wait(&world->world.scheduler, 0.1);
    world->world.plane.at_simgrid([=] { turn_host(world->world.platform, host, true); });
  }
}

sim::Task<void> keep_books(BlobWorld* world, Figures* figures) {
  double& residual = (*figures)["residual"] = 0;
  double& open_meanwhile = (*figures)["open_meanwhile"] = 0;
  for (int i = 0; i < 100; ++i) {
    co_await wait(&world->world.scheduler, 0.031);
    for (const Blob::Counts* counts : {&world->blob.uploads(), &world->blob.downloads()}) {
      const auto open = static_cast<std::int64_t>(counts->begun - counts->done - counts->failed);
      residual += static_cast<double>(std::abs(open - counts->open));
      open_meanwhile += static_cast<double>(counts->open);
    }
  }
}

Figures among_deaths(const spec::Scenario& scenario, std::uint32_t deaths) {
  return with_blob(scenario, [=](BlobWorld& world, Figures& figures) {
    for (std::uint64_t author = 1; author <= 400; ++author) {
      sim::spawn(world.gateway_of(UserId{author}), send_pictures(&world, author, 50));
    }
    sim::spawn(sim::no_machine, machines_die(&world, deaths));
    sim::spawn(sim::no_machine, keep_books(&world, &figures));
    world.run_for(400);
    figures["open"] = static_cast<double>(world.blob.uploads().open + world.blob.downloads().open);
    figures["uploads_begun"] = static_cast<double>(world.blob.uploads().begun);
    figures["uploads_done"] = static_cast<double>(world.blob.uploads().done);
    figures["uploads_failed"] = static_cast<double>(world.blob.uploads().failed);
    figures["downloads_done"] = static_cast<double>(world.blob.downloads().done);
    figures["downloads_failed"] = static_cast<double>(world.blob.downloads().failed);
    figures["incomplete"] = static_cast<double>(world.blob.placement().incomplete());
    figures["upload_p99_ns"] = static_cast<double>(world.blob.blob_upload.quantile(0.99).count());
    figures["download_sum"] = world.blob.blob_download.mean().value();
    figures["live"] = static_cast<double>(sim::arena.live());
    figures["events"] = static_cast<double>(world.world.scheduler.events());
  });
}

spec::Scenario varied() {
  spec::Scenario scenario = constant_blobs();
  scenario.population.access = {};
  scenario.population.attachments.size = spec::Distribution::lognormal_with_mean(300e3, 1);
  scenario.services.blob.service_time = spec::Distribution::exponential(spec::Seconds{1e-3});
  return scenario;
}

}  // namespace

TEST_CASE("copies on dead machines: as long as one lives, everybody gets the object") {
  const auto [dead, first] = GENERATE(std::pair{0, 0}, std::pair{1, 0}, std::pair{1, 2}, std::pair{2, 0}, std::pair{2, 1},
                                      std::pair{2, 2});
  CAPTURE(dead, first);
  const Figures found =
      after_deaths(constant_blobs(), static_cast<std::uint32_t>(dead), static_cast<std::uint32_t>(first));
  CHECK(found.at("created") == 0);
  CHECK(found.at("got") == 20);
  CHECK(found.at("failed") == 0);
  CHECK(found.at("ended") == 1);
}

TEST_CASE("fragments on dead machines: any m may be dead") {
  const auto cache = GENERATE(64e9, 0.0);
  for (std::uint32_t first = 0; first < 9; ++first) {
    spec::Scenario scenario = coded(constant_blobs(), 6, 3);
    scenario.services.blob.cache_per_machine = spec::Bytes{cache};
    const Figures found = after_deaths(scenario, 3, first);
    CAPTURE(first);
    CHECK(found.at("created") == 0);
    CHECK(found.at("got") == 20);
    CHECK(found.at("failed") == 0);
  }
}

TEST_CASE("a copy that lives but cannot be reached costs its deadline, then another one serves") {
  const Figures found = with_blob(constant_blobs(), [](BlobWorld& world, Figures& figures) {
    figures["got"] = 0;
    sim::spawn(sim::no_machine, create_cut_and_get(&world, &figures));
    world.run_for(100);
    figures["failed"] = static_cast<double>(world.blob.downloads().failed);
    figures["slowest"] = sim::to_seconds(world.blob.blob_download.max()).value();
    figures["fastest"] = sim::to_seconds(world.blob.blob_download.min()).value();
  });
  CHECK(found.at("got") == 20);
  CHECK(found.at("failed") == 0);
  CHECK(figure("from another copy, in s", 0.089, found.at("fastest"), 1e-3));
  CHECK(figure("after a deadline of 1 s", 1.089, found.at("slowest"), 1e-3));
}

TEST_CASE("all copies dead, or m + 1 fragments: every get fails, and ends") {
  for (const spec::Scenario& scenario : {constant_blobs(), coded(constant_blobs(), 6, 3)}) {
    const Figures found =
        after_deaths(scenario, scenario.services.blob.redundancy == spec::Redundancy::replication ? 3 : 4, 0);
    CHECK(found.at("created") == 0);
    CHECK(found.at("got") == 0);
    CHECK(found.at("failed") == 20);
    CHECK(found.at("ended") == 1);
  }
}

TEST_CASE("a copy that was never written is not served when its machine comes back") {
  const Figures found = with_blob(constant_blobs(), [](BlobWorld& world, Figures& figures) {
    const auto run = [](BlobWorld* place, Figures* into) -> sim::Task<void> {
      place->world.plane.at_simgrid([=] { place->turn_part(picture, 1, false); });
      co_await wait(&place->world.scheduler, 0.1);
      (*into)["created"] = static_cast<double>(co_await place->blob.create(place->gateway_of(UserId{1}), UserId{1}, picture));
      place->world.plane.at_simgrid([=] { place->turn_part(picture, 1, true); });
      co_await wait(&place->world.scheduler, 0.1);
      const sim::MachineIndex machine = place->blob.placement().machines_of(picture).machine[1];
      const std::uint64_t sent = place->world.wire.bytes_sent(machine);
      for (std::uint64_t user = 2; user < 22; ++user) {
        (*into)["got"] += co_await place->blob.get(place->gateway_of(UserId{user}), UserId{user}, picture) == sim::Outcome::ok;
      }
      (*into)["sent_by_it"] = static_cast<double>(place->world.wire.bytes_sent(machine) - sent);
    };
    sim::spawn(sim::no_machine, run(&world, &figures));
    world.run_for(100);
    figures["incomplete"] = static_cast<double>(world.blob.placement().incomplete());
  });
  CHECK(found.at("created") == 0);
  CHECK(found.at("got") == 20);
  CHECK(found.at("incomplete") == 1);
  CHECK(found.at("sent_by_it") > 0);       // Refusals.
  CHECK(found.at("sent_by_it") < 20 * 250);
}

TEST_CASE("what begins is done, failed or open, whoever dies; the same seed gives the same") {
  for (const spec::Scenario& scenario : {varied(), coded(varied(), 6, 3)}) {
    const Figures quiet = among_deaths(scenario, 0);
    CHECK(quiet.at("residual") == 0);
    CHECK(quiet.at("uploads_done") == 20000);
    CHECK(quiet.at("downloads_done") == 40000);
    CHECK(quiet.at("uploads_failed") + quiet.at("downloads_failed") == 0);
    CHECK(quiet.at("incomplete") == 0);
    CHECK(quiet.at("open_meanwhile") > 0);
    CHECK(quiet.at("open") == 0);

    const Figures found = among_deaths(scenario, 30);
    CHECK(found.at("residual") == 0);
    CHECK(found.at("open") == 0);
    CHECK(found.at("uploads_failed") > 0);      // Their gateway died.
    CHECK(found.at("uploads_done") > 10000);
    CHECK(found.at("live") < 20);               // Lists of timeouts.
    std::printf("of %g uploads %g failed, of %g downloads %g; %g objects without some part\n", found.at("uploads_begun"),
                found.at("uploads_failed"), found.at("downloads_done"), found.at("downloads_failed"), found.at("incomplete"));
    CHECK(among_deaths(scenario, 30) == found);
    std::printf("events an upload and its two downloads, objects of 300 kB in the mean: %.2f\n",
                quiet.at("events") / quiet.at("uploads_done") - 1);
  }
}
