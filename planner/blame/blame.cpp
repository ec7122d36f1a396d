#include "planner/blame/blame.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "planner/blame/counterfactual.hpp"

namespace chatsim::planner {

namespace {

constexpr std::size_t fewest_on_a_side = 25;
constexpr double nearness = 0.25;

struct Quantile {
  const char* name;
  double part;
};
constexpr std::array quantiles{Quantile{"p50", 0.5}, Quantile{"p99", 0.99}, Quantile{"p999", 0.999}};

spec::Seconds seconds(double ns) { return spec::Seconds{ns * 1e-9}; }

/// Of so many: the smallest that at least this part does not exceed.
std::size_t rank_of(double part, std::size_t count) {
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(count) - 1e-9));
  return std::clamp<std::size_t>(rank, 1, count) - 1;
}

double at_rank(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// The ways of one latency, the fastest first.
std::vector<const spec::Way*> ways_of(const spec::Traces& traces, spec::Way::Latency latency) {
  std::vector<const spec::Way*> ways;
  for (const spec::Way& way : traces.ways) {
    if (way.latency == latency) ways.push_back(&way);
  }
  std::stable_sort(ways.begin(), ways.end(), [](const auto* a, const auto* b) { return a->ns < b->ns; });
  return ways;
}

using Times = std::map<Hop, double>;

/// Nanoseconds by hop, of the ways around a rank.
Times times_near(const spec::Traces& traces, const std::vector<const spec::Way*>& ways, std::size_t rank,
                 std::uint64_t& near) {
  const std::size_t to_the_end = std::min(rank, ways.size() - 1 - rank);
  const auto of_the_distance = static_cast<std::size_t>(nearness * static_cast<double>(to_the_end));
  const std::size_t side = std::max(fewest_on_a_side, of_the_distance);
  const std::size_t begin = rank > side ? rank - side : 0, end = std::min(ways.size(), rank + side + 1);
  Times times;
  for (std::size_t i = begin; i < end; ++i)
    for_each_hop(traces, *ways[i], [&](const Hop& hop, double ns) { times[hop] += ns; });
  near = end - begin;
  return times;
}

std::vector<spec::BlameQuantile> quantiles_of(const spec::Traces& traces, const std::vector<const spec::Way*>& ways,
                                              Waits& waits, double faster) {
  std::vector<spec::BlameQuantile> found;
  std::vector<Times> times;
  std::map<Hop, std::vector<double>> latencies;  // If it were faster.
  for (const Quantile& quantile : quantiles) {
    const std::size_t rank = rank_of(quantile.part, ways.size());
    found.push_back({.name = quantile.name, .latency = seconds(static_cast<double>(ways[rank]->ns)), .hops = {}});
    times.push_back(times_near(traces, ways, rank, found.back().near));
    for (const auto& [hop, ns] : times.back()) latencies[hop];
  }
  for (auto& [hop, of_hop] : latencies) {
    const Counterfactual counterfactual(traces, waits, hop, faster);
    for (const spec::Way* way : ways) of_hop.push_back(counterfactual.latency_ns(*way));
    for (std::size_t i = 0; i < found.size(); ++i) {
      double all = 0;
      for (const auto& [other, ns] : times[i]) all += ns;
      const auto own = times[i].find(hop);
      const double share = own == times[i].end() || all == 0 ? 0 : own->second / all;
      const spec::Seconds then = seconds(at_rank(of_hop, rank_of(quantiles[i].part, ways.size())));
      found[i].hops.push_back({.name = name_of(hop),
                               .time = share * found[i].latency,
                               .share = share,
                               .faster = then,
                               .gain = found[i].latency - then});
    }
  }
  return found;
}

spec::Exemplar exemplar_of(const spec::Traces& traces, const spec::Way& way, std::uint64_t seed) {
  spec::Exemplar exemplar{.latency = spec::way_names[static_cast<std::size_t>(way.latency)],
                          .seed = seed,
                          .message = way.message,
                          .recipient = way.recipient,
                          .sent = seconds(static_cast<double>(way.sent_ns)),
                          .took = seconds(static_cast<double>(way.ns)),
                          .hops = {}};
  for_each_hop(traces, way, [&](const Hop& hop, double ns) {
    const std::string name = name_of(hop);
    if (!exemplar.hops.empty() && exemplar.hops.back().first == name) {
      exemplar.hops.back().second += seconds(ns);
    } else {
      exemplar.hops.emplace_back(name, seconds(ns));
    }
  });
  return exemplar;
}

}  // namespace

spec::BlameReport blame(const spec::Traces& traces, std::uint64_t seed, const BlameOptions& options) {
  spec::BlameReport report;
  report.dropped = traces.dropped;
  report.unfollowed = traces.unfollowed;
  Waits waits(traces);
  for (const auto latency : {spec::Way::Latency::send_to_ack, spec::Way::Latency::send_to_deliver}) {
    const std::vector<const spec::Way*> ways = ways_of(traces, latency);
    if (ways.empty()) continue;
    report.latency.push_back({.name = spec::way_names[static_cast<std::size_t>(latency)],
                              .count = ways.size(),
                              .quantiles = quantiles_of(traces, ways, waits, options.faster)});
    for (std::size_t i = 0; i < std::min(options.slowest, ways.size()); ++i)
      report.slowest.push_back(exemplar_of(traces, *ways[ways.size() - 1 - i], seed));
  }
  return report;
}

void tell_blame(spec::Result& result, const BlameOptions& options) {
  spec::Traces traces = std::move(result.blame.traces);
  if (!traces.any()) return;
  result.blame = blame(traces, result.seed, options);
  traces.ways = {};
  traces.parts = {};
  traces.legs = {};
  for (spec::Station& station : traces.stations) station.thread_load = station.core_load = {};
  result.blame.traces = std::move(traces);
}

}  // namespace chatsim::planner
