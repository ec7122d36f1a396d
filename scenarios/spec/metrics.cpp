#include "scenarios/spec/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenarios/spec/result.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::spec {
namespace {

using Names = std::vector<std::string>;

/// What the named things of a result are called in runs of a scenario.
class NamesInResults {
 public:
  explicit NamesInResults(const Scenario& scenario) {
    for (const std::string_view tier : tier_names) tiers_.emplace_back(tier);
    for_each_store(scenario.stores, [&](const char* name, const Store&) { tables_.emplace_back(name); });
    if (scenario.datacenter.regions > 1) {
      for (int region = 0; region < scenario.datacenter.regions; ++region)
        regions_.push_back(fmt::format("region_{}", region));
    }
    if (scenario.faults.any()) incidents_ = any_;
  }

  const Names& at(std::string_view path) const {
    const auto one_of = [&](auto... paths) { return ((path == paths) || ...); };
    if (path == "latency") return latencies_;
    if (path.starts_with("incidents.") && path.ends_with(".latency")) return latencies_of_a_phase;
    if (one_of("tiers", "autoscaling", "resilience.tiers")) return tiers_;
    if (one_of("storage", "rebalancing", "disk_fill", "compaction", "consistency", "leadership", "regions.copies"))
      return tables_;
    if (path == "regions.each") return regions_;
    if (path == "incidents") return incidents_;
    return any_;
  }

  static const Names latencies_of_a_phase;

 private:
  Names any_{"*"}, latencies_{latency_names.begin(), latency_names.end()};
  Names tiers_, tables_, regions_, incidents_;
};
const Names NamesInResults::latencies_of_a_phase{"send_to_ack", "send_to_deliver"};

/// Walks the field lists.
template <class NamesAt>
class Lister {
 public:
  explicit Lister(NamesAt names_at) : names_at_(std::move(names_at)) {}

  template <class T>
  void list(const std::string& prefix) {
    T::fields([&](std::string_view key, auto member, auto... shape) {
      using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member)>;
      add(prefix + std::string(key), static_cast<const Field*>(nullptr), shape...);
    });
  }

  std::vector<MetricPath> metrics;

 private:
  template <class T>
  void add(const std::string& path, const T*) {
    if constexpr (std::is_same_v<T, TimeSeries>) {
      TimeSeries::fields([&](std::string_view key, auto) {
        if (key == "time_s") return;
        for (const std::string_view of_windows : window_aggregations)
          metrics.push_back(fmt::format("{}.{}.{}", path, key, of_windows));
      });
    } else if constexpr (has_fields<T>) {
      list<T>(path + ".");
    } else if constexpr (is_number<T> || is_quantity<T>) {
      if (!is_of_the_simulator(path)) metrics.push_back(path);
    }
  }
  template <class Item>
  void add(const std::string& path, const std::vector<Item>*, ByName<Item>) {
    for (const std::string& name : names_at_(path)) list<Item>(path + "." + name + ".");
  }
  template <class Item, class Number>
  void add(const std::string& path, const std::vector<Item>*, NumberByName<Item, Number>) {
    for (const std::string& name : names_at_(path)) metrics.push_back(path + "." + name);
  }

  NamesAt names_at_;
};

struct SeriesOfAPhase {
  TimeSeries series;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("series", &SeriesOfAPhase::series);
  }
};

}  // namespace

std::vector<MetricPath> metrics_of(const Scenario& scenario) {
  const NamesInResults names(scenario);
  Lister lister([&](std::string_view path) -> const Names& { return names.at(path); });
  lister.list<Result>("");
  return std::move(lister.metrics);
}

std::vector<MetricPath> metrics_of_a_phase() {
  Lister lister([](std::string_view) -> const Names& { return NamesInResults::latencies_of_a_phase; });
  lister.list<PhaseSummary>("");
  lister.list<SeriesOfAPhase>("");
  return std::move(lister.metrics);
}

bool matches(std::string_view metric, std::string_view path) {
  const auto star = metric.find('*');
  if (star == std::string_view::npos) return metric == path;
  if (!path.starts_with(metric.substr(0, star))) return false;
  path.remove_prefix(star);
  const std::string_view rest = metric.substr(star + 1);
  if (rest.empty()) return !path.empty();
  for (auto end = path.find('.'); end != std::string_view::npos; end = path.find('.', end + 1)) {
    if (end > 0 && matches(rest, path.substr(end))) return true;
  }
  return false;
}

}  // namespace chatsim::spec
