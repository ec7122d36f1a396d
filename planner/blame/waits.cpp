#include "planner/blame/waits.hpp"

#include <algorithm>
#include <cmath>

#include "planner/queueing/erlang.hpp"

namespace chatsim::planner {

namespace {

// Beyond, formulas for queues that come to rest say nothing.
constexpr double fullest = 0.98;

/// Of a load over servers.
double probability(double servers, double load) {
  return std::clamp(erlang_c(static_cast<int>(servers), std::min(load, fullest) * servers), 1e-12, 1.0);
}

}  // namespace

double Waits::servers(const Place& place) const {
  const spec::Station& station = traces_.stations[place.station];
  return place.kind == Kind::thread ? station.threads : station.cores;
}

double Waits::load(const Place& place) const {
  const spec::Station& station = traces_.stations[place.station];
  return (place.kind == Kind::thread ? station.thread_load : station.core_load)[place.machine];
}

/// Of a thread; or of a core, which a request has for as large a part of that as the load of cores is of that of threads.
double Waits::service_ns(const Place& place) const {
  const auto& [count, ns] = services_.at(place.station);
  const spec::Station& station = traces_.stations[place.station];
  if (place.kind == Kind::thread || count == 0) return count == 0 ? 0 : ns / count;
  const double threads = station.thread_load[place.machine] * station.threads;
  return threads == 0 ? 0 : ns / count * station.core_load[place.machine] * station.cores / threads;
}

Waits::Waits(const spec::Traces& traces) : traces_(traces) {
  const auto for_each_leg = [&](const auto& use) {
    for (const spec::WayPart& part : traces.parts)
      for (unsigned i = 0; i < part.legs; ++i) use(part, traces.legs[part.first_leg + i]);
  };
  for_each_leg([&](const spec::WayPart& part, const spec::WayLeg& leg) {
    auto& [count, ns] = services_[part.station];
    ++count;
    ns += static_cast<double>(leg.service_ns);
  });
  std::map<std::tuple<std::uint8_t, Kind, std::uint32_t>, double> alone;  // Mean waits by formula.
  for_each_leg([&](const spec::WayPart& part, const spec::WayLeg& leg) {
    for (const auto& [kind, wait] : {std::pair(Kind::thread, leg.thread_wait_ns), std::pair(Kind::core, leg.core_wait_ns)}) {
      const Place place{part.station, part.step, kind, leg.machine};
      const auto [found, is_new] = alone.try_emplace({part.station, kind, leg.machine}, 0.0);
      if (is_new) {
        const double c = servers(place), rho = std::min(load(place), fullest);
        found->second = probability(c, rho) * service_ns(place) / (c * (1 - rho));
      }
      Seen& seen = seen_[{part.station, part.step, kind}];
      ++seen.requests;
      seen.waited += wait > 0;
      seen.wait_ns += static_cast<double>(wait);
      seen.alone_ns += found->second;
      seen.load += load(place);
    }
  });
}

Waits::Rules Waits::rules_of(const Place& place, const StationChange& change) const {
  const Seen& seen = seen_.at({place.station, place.step, place.kind});
  const double before = servers(place), after = std::max(1.0, std::round(before * change.servers));
  const double load_before = std::min(load(place), fullest);
  const double load_after = std::min(load_before * change.load * before / after, fullest);
  const double mean_load = std::min(seen.load / seen.requests, fullest);
  // On busier machines waits are longer.
  const double mean = seen.wait_ns / std::max(1.0, seen.waited) * (1 - mean_load) / (1 - load_before);
  const double free_before = before * (1 - load_before), free_after = after * (1 - load_after);
  const double ratio = probability(before, load_before) / probability(after, load_after);
  const double more_free = std::max(0.0, free_after - free_before);
  const double services_ahead = (1 - load_before) * change.burst + load_before * change.load;
  return {.in_bursts = std::clamp(1 - seen.alone_ns / seen.wait_ns, 0.0, 1.0),
          .one_by_one = {change.residual * free_before / free_after, mean * std::max(0.0, std::log(ratio))},
          .together = {services_ahead * change.together * before / after,
                       more_free * service_ns(place) / before + mean * std::max(0.0, std::log(free_after / free_before))}};
}

double Waits::changed(const Place& place, double wait_ns, const StationChange& change) {
  if (wait_ns <= 0) return 0;
  Ruled& ruled = ruled_[place.station];
  if (ruled.change != change) ruled = {change, {}};
  auto found = ruled.rules.find(place);
  if (found == ruled.rules.end()) found = ruled.rules.emplace(place, rules_of(place, change)).first;
  const Rules& rules = found->second;
  return rules.in_bursts * rules.together.of(wait_ns) + (1 - rules.in_bursts) * rules.one_by_one.of(wait_ns);
}

}  // namespace chatsim::planner
