#include "planner/blame/waits.hpp"

#include <algorithm>
#include <cmath>

#include "planner/queueing/erlang.hpp"

namespace chatsim::planner {

namespace {

// Beyond, formulas for queues that come to rest say nothing.
constexpr double fullest = 0.98;
constexpr double least_peaked = 0.2, most_peaked = 200;

/// Of a load over servers.
double probability(double servers, double load) {
  return std::clamp(erlang_c_continuous(servers, std::min(load, fullest) * servers), 1e-12, 1.0);
}

/// With which as many wait as were seen to. More wait, the more requests come at a time.
double peakedness(double servers, double load, double waiting) {
  double low = std::log(least_peaked), high = std::log(most_peaked);
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (probability(servers / std::exp(middle), load) < waiting ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
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

void Waits::note(const Place& place, std::int64_t wait_ns) {
  Seen& seen = seen_[{place.station, place.step, place.kind}];
  ++seen.requests;
  seen.waited += wait_ns > 0;
  seen.wait_ns += static_cast<double>(wait_ns);
  seen.load += load(place);
}

Waits::Waits(const spec::Traces& traces) : traces_(traces) {
  for (const spec::WayPart& part : traces.parts) {
    for (unsigned i = 0; i < part.legs; ++i) {
      const spec::WayLeg& leg = traces.legs[part.first_leg + i];
      note({part.station, part.step, Kind::thread, leg.machine}, leg.thread_wait_ns);
      note({part.station, part.step, Kind::core, leg.machine}, leg.core_wait_ns);
    }
  }
  for (auto& [kind, seen] : seen_) {
    if (seen.waited == 0) continue;
    const auto requests = static_cast<double>(seen.requests);
    const Place any{std::get<0>(kind), std::get<1>(kind), std::get<2>(kind), 0};
    seen.peakedness = peakedness(servers(any), seen.load / requests, static_cast<double>(seen.waited) / requests);
  }
}

Waits::Rule Waits::rule(const Place& place, const StationChange& change) const {
  const Seen& seen = seen_.at({place.station, place.step, place.kind});
  const double before = servers(place), after = std::max(1.0, std::round(before * change.servers));
  const double load_before = std::min(load(place), fullest);
  const double load_after = std::min(load_before * change.load * before / after, fullest);
  const double mean_load = std::min(seen.load / static_cast<double>(seen.requests), fullest);
  // On busier machines waits are longer.
  const double mean = seen.wait_ns / static_cast<double>(seen.waited) * (1 - mean_load) / (1 - load_before);
  const double ratio = probability(before / seen.peakedness, load_before) / probability(after / seen.peakedness, load_after);
  return {.factor = change.residual * before * (1 - load_before) / (after * (1 - load_after)),
          .shift_ns = mean * std::max(0.0, std::log(ratio))};
}

double Waits::changed(const Place& place, double wait_ns, const StationChange& change) {
  if (wait_ns <= 0) return 0;
  if (change.load != ruled_.load || change.residual != ruled_.residual || change.servers != ruled_.servers) {
    rules_.clear();
    ruled_ = change;
  }
  auto found = rules_.find(place);
  if (found == rules_.end()) found = rules_.emplace(place, rule(place, change)).first;
  return found->second.factor * std::max(0.0, wait_ns - found->second.shift_ns);
}

}  // namespace chatsim::planner
