#include "models/blob/object_memory.hpp"

#include "tests/models/blob/blob_world.hpp"

using namespace chatsim;
using namespace chatsim::tests;

namespace {

/// 1,000 uploads a second of 300 kB, three copies on 12 machines, nobody is offline, no hot ones: 75 MB/s enter each.
spec::Scenario steady(double cache_bytes) {
  spec::Scenario scenario = constant_blobs();
  scenario.population.messages_per_day = 1000 * 86'400;
  scenario.population.attachments.share = spec::Probability{1};
  scenario.population.attachments.hot_share = spec::Probability{0};
  scenario.population.attachments.hot_objects = 1;
  scenario.population.online = spec::Probability{1};
  scenario.services.blob.cache_per_machine = spec::Bytes{cache_bytes};
  return scenario;
}

/// Objects 0, 1, 2, ... begin at distances of 1 ms.
sim::Task<void> upload_each_ms(sim::Scheduler* scheduler, ObjectMemory* memory) {
  for (std::uint64_t object = 0;; ++object) {
    memory->uploading(BlobUrl{object});
    co_await sim::sleep(*scheduler, sim::Duration{1'000'000});
  }
}

}  // namespace

double kept(const ObjectMemory& memory, std::uint32_t machine) {
  double count = 0;
  for (std::uint64_t object = 0; object < 10'600; ++object) count += memory.recent(machine, BlobUrl{object});
  return count;
}

/// What is kept after 1 s, after 10 s, when a machine died then, and half a second later.
sim::Task<void> look(sim::Scheduler* scheduler, ObjectMemory* memory, Figures* figures) {
  co_await sim::sleep(*scheduler, sim::Duration{1'000'500'000});
  (*figures)["after_1_s"] = kept(*memory, 3);
  co_await sim::sleep(*scheduler, sim::Duration{9'000'000'000});
  (*figures)["after_10_s"] = kept(*memory, 3);
  (*figures)["oldest"] = memory->recent(3, BlobUrl{7'900});
  (*figures)["future"] = memory->recent(3, BlobUrl{10'400});
  memory->lost(3);
  (*figures)["after_death"] = kept(*memory, 3);
  co_await sim::sleep(*scheduler, sim::Duration{500'000'000});
  (*figures)["half_a_second_later"] = kept(*memory, 3);
  (*figures)["another_machine"] = kept(*memory, 4);
}

TEST_CASE("memory keeps what entered last: cache size over the bytes a second that enter") {
  const Figures found = with_blob(steady(150e6), [](BlobWorld& world, Figures& figures) {
    ObjectMemory memory(world.context, world.blob.attachments(), world.blob.placement());
    figures["keeps"] = memory.keeps().value();
    sim::spawn(sim::no_machine, upload_each_ms(&world.world.scheduler, &memory));
    sim::spawn(sim::no_machine, look(&world.world.scheduler, &memory, &figures));
    world.run_for(11);
  });
  CHECK(figure("T: 150 MB / (1,000/s x 300 kB x 3 / 12), a hot object beside", 2, found.at("keeps"), 1e-6));
  CHECK(figure("objects kept after 1 s: all", 1001, found.at("after_1_s"), 1));
  CHECK(figure("after 10 s: those of 2 s, within 1/256 of it", 2000, found.at("after_10_s"), 10));
  CHECK(found.at("oldest") == 0);
  CHECK(found.at("future") == 0);
  CHECK(found.at("after_death") == 0);
  CHECK(figure("0.5 s after the machine came up again", 500, found.at("half_a_second_later"), 1));
  CHECK(figure("on another machine", 2000, found.at("another_machine"), 10));
}

TEST_CASE("reads of who was offline enter too; everything fits, nothing fits") {
  spec::Scenario scenario = steady(150e6);
  scenario.population.online = spec::Probability{0};
  scenario.population.group_message_share = spec::Probability{0};
  const auto keeps = [](const spec::Scenario& with) {
    return with_blob(with, [](BlobWorld& world, Figures& figures) {
             figures["keeps"] = world.blob.memory().keeps().value();
           }).at("keeps");
  };
  CHECK(figure("T: 150 MB / (1,000/s x 300 kB x (3 + 1) / 12)", 1.5, keeps(scenario), 1e-6));
  scenario.population.messages_per_day = 0;
  CHECK(figure("nothing enters", 1e9, keeps(scenario), 1e-3));
  CHECK(figure("no cache", 0, keeps(steady(0)), 1e-9));
}

TEST_CASE("hot objects that do not all fit: an exact LRU cache hits as often") {
  // 12 machines, each object on 3 of them: a machine has 5,000 of 20,000 objects; room for 500.
  spec::Scenario scenario = steady(500 * 300e3);
  scenario.population.attachments.hot_share = spec::Probability{1};
  scenario.population.attachments.hot_objects = 20'000;
  const Figures found = with_blob(scenario, [](BlobWorld& world, Figures& figures) {
    const Attachments& attachments = world.blob.attachments();
    const Placement& placement = world.blob.placement();
    ObjectMemory memory(world.context, attachments, placement);
    world.run_for(1);
    // Machine 0 as an exact cache: the gets that come to it, and when each object was asked for last.
    std::vector<std::uint64_t> last(20'001, 0);
    std::vector<std::uint64_t> order;  // By time, object; 0: asked for again since.
    std::size_t oldest = 0, resident = 0;
    double asked = 0, exact = 0, by_memory = 0;
    for (std::uint64_t id = 0; id < 4'000'000; ++id) {
      const sim::Draw lot = world.context.draw(Stream::blob, id);
      const std::uint64_t rank = attachments.popularity().rank(lot.uniform64(1));
      const BlobUrl url = Attachments::hot_object(rank);
      if (placement.machines_of(url).machine[lot.below(3, 0)] != world.blob.tier().machine(0)) continue;
      const bool hit = last[rank] != 0;
      if (hit) {
        order[last[rank] - 1] = 0;
      } else if (++resident > 500) {
        while (order[oldest] == 0) ++oldest;
        last[order[oldest]] = 0;
        order[oldest] = 0;
        --resident;
      }
      order.push_back(rank);
      last[rank] = order.size();
      if (id < 500'000) continue;  // Until the cache is full.
      ++asked;
      exact += hit;
      by_memory += memory.holds(0, url, world.context.draw(Stream::blob, id, 1));
    }
    figures = {{"exact", exact / asked}, {"by_memory", by_memory / asked}, {"asked", asked}};
  });
  // The machine's own share of the popular objects is in both.
  CHECK(figure("hit ratio of machine 0; expected: of an exact LRU", found.at("exact"), found.at("by_memory"), 0.03));
}
