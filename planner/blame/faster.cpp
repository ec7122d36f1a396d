#include "planner/blame/faster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

namespace chatsim::planner {

namespace {

using Kind = Hop::Kind;
using Use = spec::WayPart::Use;
using spec::Distribution;

Distribution scaled(const Distribution& distribution, double factor) {
  return std::visit(
      [&](const auto& form) {
        using Form = std::decay_t<decltype(form)>;
        if constexpr (std::is_same_v<Form, Distribution::Constant>) {
          return Distribution::constant(factor * form.value);
        } else if constexpr (std::is_same_v<Form, Distribution::Exponential>) {
          return Distribution::exponential(factor * form.mean);
        } else if constexpr (std::is_same_v<Form, Distribution::LogNormal>) {
          return Distribution::lognormal(factor * form.median, form.sigma);
        } else if constexpr (std::is_same_v<Form, Distribution::Pareto>) {
          return Distribution::pareto(factor * form.x_min, form.alpha);
        } else if constexpr (std::is_same_v<Form, Distribution::Empirical>) {
          std::vector<Distribution::Weighted> values;
          for (std::size_t i = 0; i < form.values.size(); ++i) values.push_back({form.weights[i], factor * form.values[i]});
          return Distribution::empirical(std::move(values));
        } else {
          std::vector<Distribution::Component> components;
          for (std::size_t i = 0; i < form.components.size(); ++i)
            components.push_back({form.weights[i], scaled(form.components[i], factor)});
          return Distribution::mixture(components);
        }
      },
      distribution.form());
}

std::string times(double factor) { return fmt::format(" x {:.3g}", factor); }

/// Calls use(path, tier) for what has this name among services and stores.
template <class Use>
void for_tier(spec::Scenario& scenario, const std::string& name, const Use& use) {
  const auto service = [&](const char* own_name, auto& tier) {
    if (name == own_name) use("services." + name, tier);
  };
  service("gateway", scenario.services.gateway);
  service("messaging", scenario.services.messaging);
  service("group", scenario.services.group);
  service("profile", scenario.services.profile);
  spec::for_each_store(scenario.stores, [&](const std::string& table, spec::Store& store) {
    if (name == table + "_store") use("stores." + table, store);
  });
}

std::string more_servers(spec::Scenario& scenario, const std::string& name, double factor) {
  std::string change;
  for_tier(scenario, name, [&](const std::string& path, auto& tier) {
    const auto more = [&](int& number) { number = std::max(number, static_cast<int>(std::round(factor * number))); };
    more(tier.threads);
    more(tier.cores);
    change = fmt::format("{}.threads = {}, cores = {}", path, tier.threads, tier.cores);
  });
  return change;
}

std::string faster_service(spec::Scenario& scenario, const Hop& hop, double factor) {
  std::string change;
  for_tier(scenario, hop.tier, [&](const std::string& path, auto& tier) {
    const auto scale = [&](const char* field, Distribution& time) {
      time = scaled(time, factor);
      change = path + "." + field + times(factor);
    };
    if constexpr (std::is_same_v<std::decay_t<decltype(tier)>, spec::Store>) {
      if (hop.use == Use::read) scale("read_time", tier.read_time);
      if (hop.use == Use::write) scale("write_time", tier.write_time);
    } else if (hop.use == Use::service) {
      scale("service_time", tier.service_time);
    }
  });
  return change;
}

}  // namespace

std::optional<Faster> faster(const spec::Scenario& scenario, const Hop& hop, double part) {
  Faster result{scenario, ""};
  spec::Scenario& changed = result.scenario;
  const double factor = 1 - part;
  switch (hop.kind) {
    case Kind::wire: {
      spec::Datacenter& links = changed.datacenter;
      for (spec::Link* link : {&links.host_link, &links.rack_uplink, &links.pod_uplink, &links.datacenter_uplink})
        link->latency = factor * link->latency;
      changed.network.jitter = scaled(changed.network.jitter, factor);
      result.change = "latencies of the datacenter's links, network.jitter" + times(factor);
      break;
    }
    case Kind::wan:
      changed.datacenter.wan.latency = factor * changed.datacenter.wan.latency;
      result.change = "datacenter.wan.latency" + times(factor);
      break;
    case Kind::queue:
      result.change = more_servers(changed, hop.tier, 1 / factor);
      break;
    case Kind::service:
      result.change = faster_service(changed, hop, factor);
      break;
    case Kind::place: {
      int& places = changed.services.group.fanout_parallelism;
      places = static_cast<int>(std::round(places / factor));
      result.change = fmt::format("services.group.fanout_parallelism = {}", places);
      break;
    }
    case Kind::lease:
      changed.services.profile.lease = factor * changed.services.profile.lease;
      result.change = "services.profile.lease" + times(factor);
      break;
    case Kind::retry_pause:
      changed.population.sessions.send_retry_after = factor * changed.population.sessions.send_retry_after;
      if (changed.resilience.retry.longest) *changed.resilience.retry.longest = factor * *changed.resilience.retry.longest;
      result.change = "population.sessions.send_retry_after, resilience.retry.longest" + times(factor);
      break;
    case Kind::held:
    case Kind::failed:
    case Kind::other:
      break;
  }
  if (result.change.empty()) return std::nullopt;
  return result;
}

}  // namespace chatsim::planner
