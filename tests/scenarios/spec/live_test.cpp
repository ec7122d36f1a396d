#include "scenarios/spec/live.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "scenarios/spec/field_tree.hpp"

using namespace chatsim::spec;

TEST_CASE("every live field is a field of the scenario, and says what happens") {
  std::set<std::string_view> used;
  for_each_leaf(scenario_fields(), [&](const FieldNode& node) {
    if (const LiveField* field = find_live_field(node.path)) used.insert(field->path);
  });
  for (const LiveField& field : live_fields()) {
    INFO(field.path);
    CHECK(used.contains(field.path));
    CHECK_FALSE(field.doc.empty());
  }
}

TEST_CASE("what would need another past or other machines is not live") {
  for (const char* path :
       {"seed", "name", "simulation.duration", "simulation.slice", "datacenter.regions", "population.users",
        "services.gateway.machines", "services.gateway.cores", "services.gateway.balancing", "services.profile.row",
        "stores.message.replication", "stores.message.growth.machines", "stores.message",
        "control.coordination.threads", "services", ""}) {
    INFO(path);
    CHECK(find_live_field(path) == nullptr);
  }
  for (const char* path : {"services.blob.threads", "stores.group.write_time", "services.group.fanout",
                           "population.load_factor", "network.request_timeout"}) {
    INFO(path);
    CHECK(find_live_field(path) != nullptr);
  }
}

TEST_CASE("messages tell the live fields of a section, or all of them") {
  CHECK(live_fields_near("services.messaging.machines") ==
        "in services.messaging threads, queue_limit, service_time, cpu_share, shedding, balancing");
  const std::string all = live_fields_near("seed");
  CHECK(all == live_fields_near("datacenter.regions"));
  CHECK(all.find("services.group.{balancing, fanout_parallelism, fanout}") != std::string::npos);
  CHECK(all.find("network.request_timeout") != std::string::npos);
}
