#include "models/run/traced_stations.hpp"

#include <algorithm>
#include <set>

namespace chatsim::models {

namespace {

using Use = spec::WayPart::Use;

// In a picture: of each latency so many of the slowest ways, and of all messages so many of the first.
constexpr std::size_t slowest = 10, others = 20;
// The largest groups make some thousands.
constexpr std::size_t most_requests = 20'000;

std::int64_t nanoseconds(sim::Time time) { return time == sim::time_never ? -1 : time.time_since_epoch().count(); }

std::set<std::uint64_t> messages_to_show(const spec::Traces& traces) {
  std::set<std::uint64_t> messages;
  for (const auto latency : {spec::Way::Latency::send_to_ack, spec::Way::Latency::send_to_deliver}) {
    std::vector<const spec::Way*> ways;
    for (const spec::Way& way : traces.ways) {
      if (way.latency == latency) ways.push_back(&way);
    }
    const auto last = ways.begin() + static_cast<std::ptrdiff_t>(std::min(slowest, ways.size()));
    std::partial_sort(ways.begin(), last, ways.end(), [](const auto* a, const auto* b) { return a->ns > b->ns; });
    for (auto way = ways.begin(); way != last; ++way) messages.insert((*way)->message);
  }
  for (std::size_t i = 0; i < std::min(others, traces.ways.size()); ++i) messages.insert(traces.ways[i].message);
  return messages;
}

enum class Burst { none, members, mailbox };

/// What comes many at a time.
Burst burst_of(Step step) {
  switch (step) {
    case Step::to_member:
    case Step::conversation:
    case Step::locate_member:
      return Burst::members;
    case Step::mailbox_message:
      return Burst::mailbox;
    default:
      return Burst::none;
  }
}

void add_shares(const sim::Rpc& rpc, sim::TierIndex tier, spec::Station& station) {
  station.share_of_use.resize(static_cast<std::size_t>(Use::uses));
  station.share_of_bursts.resize(static_cast<std::size_t>(Use::uses));
  double all = 0, in_bursts = 0;
  for (std::size_t number = 0; number < step_names.size(); ++number) {
    const auto step = static_cast<Step>(number);
    const auto work = static_cast<double>(rpc.load(tier, static_cast<std::uint8_t>(number)).work.count());
    const auto use = static_cast<std::size_t>(use_of(step, station.name));
    station.share_of_use[use] += work;
    all += work;
    if (burst_of(step) == Burst::none) continue;
    station.share_of_bursts[use] += work;
    in_bursts += work;
    if (burst_of(step) == Burst::members) station.for_members += work;
  }
  for (double& share : station.share_of_use) share /= std::max(1.0, all);
  for (double& share : station.share_of_bursts) share /= std::max(1.0, in_bursts);
  station.for_members /= std::max(1.0, in_bursts);
}

}  // namespace

Use use_of(Step step, std::string_view tier) {
  switch (step) {
    case Step::last_seen:
    case Step::heartbeat:
    case Step::poll:
    case Step::login:
      return Use::other;
    default:
      break;
  }
  if (!tier.ends_with("_store")) return Use::service;
  switch (step) {
    case Step::members:
    case Step::locate:
    case Step::locate_member:
    case Step::locate_again:
    case Step::locate_miss:
    case Step::author:
    case Step::mailbox:
    case Step::mailbox_message:
      return Use::read;
    default:
      return Use::write;
  }
}

void add_stations(const Context& context, sim::Duration measured, spec::Traces& traces) {
  const sim::Fleet& fleet = context.world.fleet;
  const auto seconds = static_cast<double>(std::max<sim::Duration::rep>(1, measured.count()));
  for (const std::string_view name : step_names) traces.steps.emplace_back(name);
  traces.wan_ns = sim::to_duration(context.scenario.datacenter.wan.latency).count();
  for (std::uint32_t index = 0; index < fleet.tiers(); ++index) {
    const auto tier = static_cast<sim::TierIndex>(index);
    const sim::TierOptions& options = fleet.options(tier);
    spec::Station station;
    station.name = options.name;
    station.threads = options.threads;
    station.cores = options.cores;
    for (sim::MachineIndex i = 0; i < options.machines; ++i) {
      const sim::Machine& machine = fleet[fleet.first(tier) + i];
      const auto load = [&](sim::Duration work, std::uint32_t of) {
        return static_cast<float>(static_cast<double>(work.count()) / (seconds * of));
      };
      station.thread_load.push_back(load(machine.thread_work, options.threads));
      station.core_load.push_back(load(machine.core_work, options.cores));
    }
    add_shares(context.world.rpc, tier, station);
    traces.stations.push_back(std::move(station));
  }
}

void add_requests(const Context& context, const TracedCalls& calls, spec::Traces& traces) {
  const sim::Fleet& fleet = context.world.fleet;
  const sim::Tracer& tracer = context.traces.tracer();
  for (const std::uint64_t message : messages_to_show(traces)) {
    const auto [begin, end] = calls.of_message(Hops::message_of(MessageId{message}));
    for (const std::uint32_t* i = begin; i != end; ++i) {
      const sim::CallSpan& call = tracer.calls()[*i];
      for (unsigned number = 0; number < call.legs && traces.requests.size() < most_requests; ++number) {
        const sim::LegSpan& leg = tracer.leg(call, number);
        const sim::TierIndex tier = fleet[leg.machine].tier;
        traces.requests.push_back({.message = message,
                                   .machine = leg.machine - fleet.first(tier),
                                   .station = static_cast<std::uint8_t>(tier),
                                   .client_station = static_cast<std::uint8_t>(fleet[call.client].tier),
                                   .step = call.step,
                                   .decides = call.decides == number,
                                   .sent_ns = nanoseconds(leg.sent),
                                   .arrived_ns = nanoseconds(leg.arrived),
                                   .begun_ns = nanoseconds(leg.begun),
                                   .served_ns = nanoseconds(leg.served),
                                   .answered_ns = nanoseconds(leg.answered),
                                   .heard_ns = nanoseconds(leg.heard)});
      }
    }
  }
}

}  // namespace chatsim::models
