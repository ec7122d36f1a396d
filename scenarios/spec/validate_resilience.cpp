#include "scenarios/spec/validate_resilience.hpp"

#include <fmt/format.h>

#include <string>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {

namespace {

template <class AnyTier>
void check_codel(const AnyTier& tier, const std::string& path, std::vector<Issue>& issues) {
  if (tier.shedding != Shedding::codel || tier.codel.target < tier.codel.interval) return;
  issues.push_back({path + ".codel.target",
                    fmt::format("{} is too long, must be less than {}.codel.interval ({}): the longer wait is for queues "
                                "that were empty",
                                to_text(tier.codel.target), path, to_text(tier.codel.interval)),
                    {path + ".codel.interval"}});
}

void check_hedge(const Store& store, const std::string& path, const Network& network, std::vector<Issue>& issues) {
  const std::string after = path + ".hedge.after";
  if (!store.hedge.on()) {
    if (store.hedge.tied == Switch::on) {
      issues.push_back({path + ".hedge.tied", fmt::format("on needs hedged reads, but {} is 0", after), {after}});
    }
    return;
  }
  const auto complain = [&](const std::string& why, const std::string& involved) {
    issues.push_back({after, fmt::format("{} {}", to_text(store.hedge.after), why), {involved}});
  };
  if (store.hedge.after >= network.request_timeout) {
    complain(
        fmt::format("is too long, must be less than network.request_timeout ({})", to_text(network.request_timeout)),
        "network.request_timeout");
  }
  if (store.consistency == Consistency::leader) {
    return complain(fmt::format("is for a table of quorums; must be 0, or set {}.consistency to quorum: a leader has "
                                "no other that could answer for it",
                                path),
                    path + ".consistency");
  }
  if (store.read_from == ReadFrom::all) {
    return complain(fmt::format("leaves no replica to ask: {}.read_from is all; choose quorum", path),
                    path + ".read_from");
  }
  if (store.read_quorum >= store.replication) {
    complain(fmt::format("leaves no replica to ask: {}.read_quorum ({}) is all of {}.replication ({})", path,
                         store.read_quorum, path, store.replication),
             path + ".read_quorum");
  }
}

}  // namespace

void check_resilience(const Scenario& scenario, std::vector<Issue>& issues) {
  const Services& services = scenario.services;
  check_codel(services.gateway, "services.gateway", issues);
  check_codel(services.messaging, "services.messaging", issues);
  check_codel(services.group, "services.group", issues);
  check_codel(services.profile, "services.profile", issues);
  check_codel(services.blob, "services.blob", issues);
  check_codel(scenario.control.coordination, "control.coordination", issues);
  for_each_store(scenario.stores, [&](const char* name, const Store& store) {
    const std::string path = std::string("stores.") + name;
    check_codel(store, path, issues);
    check_hedge(store, path, scenario.network, issues);
  });
}

}  // namespace chatsim::spec
