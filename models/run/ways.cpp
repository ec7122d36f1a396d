#include "models/run/ways.hpp"

#include <algorithm>
#include <optional>

#include "models/run/traced_calls.hpp"
#include "models/run/traced_stations.hpp"

namespace chatsim::models {

namespace {

using Kind = spec::WayPart::Kind;
using sim::CallSpan;
using sim::LegSpan;

std::int64_t nanoseconds(sim::Duration duration) { return duration.count(); }

/// Builds the way of one latency, the last part first.
class Walk {
 public:
  Walk(const Context& context, const TracedCalls& calls, std::uint64_t message)
      : fleet_(context.world.fleet), tracer_(context.traces.tracer()), calls_(calls), message_(message) {}

  /// \returns false where a link is missing: what came about in another way than the usual one.
  bool to_ack(const Traces::Ending& ending) {
    within({TracedCalls::client, ending.gateway}, ending.sent, ending.at, Kind::retry_pause);
    return true;
  }

  bool to_deliver(const Traces::Ending& ending) {
    const CallSpan* push = calls_.push(message_, ending.index, ending.gateway, ending.at);
    if (push == nullptr) return false;
    gap(only_leg(*push).served, ending.at, Kind::held);
    front(*push);
    sim::Time at = push->sent;
    TracedCalls::Task task{TracedCalls::task_of(push->tag), push->client};
    if (const CallSpan* asked = calls_.parent(message_, Step::to_member, task, at)) {
      within(task, only_leg(*asked).served, at, Kind::lease_pause);
      front(*asked);
      at = asked->sent;
      task = {TracedCalls::fan_out, asked->client};
      const CallSpan* fanout = calls_.parent(message_, Step::fanout, task, at);
      if (fanout == nullptr) return false;
      within(task, only_leg(*fanout).served, at, Kind::lease_pause);
      front(*fanout);
      at = fanout->sent;
      task.machine = fanout->client;
    } else {
      const CallSpan* persisted = calls_.last_before(message_, Step::persist, {TracedCalls::send, task.machine}, at);
      if (persisted == nullptr) return false;
      within(task, persisted->ended, at, Kind::lease_pause);
      at = persisted->ended;
    }
    task.number = TracedCalls::send;
    const CallSpan* submitted = calls_.parent(message_, Step::messaging, task, at);
    if (submitted == nullptr) return false;
    within(task, only_leg(*submitted).served, at, Kind::other);
    front(*submitted);
    within({TracedCalls::client, submitted->client}, ending.sent, submitted->sent, Kind::retry_pause);
    return true;
  }

  /// Adds it to the others.
  void take_over(const Traces::Ending& ending, spec::Way::Latency latency, spec::Traces& traces) const {
    spec::Way way{.message = static_cast<std::uint64_t>(ending.message),
                  .recipient = ending.index,
                  .first_part = static_cast<std::uint32_t>(traces.parts.size()),
                  .parts = static_cast<std::uint32_t>(parts_.size()),
                  .latency = latency,
                  .sent_ns = nanoseconds(ending.sent.time_since_epoch()),
                  .ns = nanoseconds(ending.at - ending.sent)};
    std::int64_t sum = 0;
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
      sum += part->ns;
      traces.parts.push_back(*part);
      traces.parts.back().first_leg = static_cast<std::uint32_t>(traces.legs.size());
      for (unsigned i = 0; i < part->legs; ++i) traces.legs.push_back(legs_[part->first_leg + i]);
    }
    CHATSIM_CHECK(sum == way.ns, "the parts of message {} are {} ns, its latency is {} ns", way.message, sum, way.ns);
    traces.ways.push_back(way);
  }

 private:
  const LegSpan& only_leg(const CallSpan& call) const { return tracer_.leg(call, 0); }

  bool crosses(const CallSpan& call, const LegSpan& leg) const {
    return fleet_.region(call.client) != fleet_.region(leg.machine);
  }

  void gap(sim::Time from, sim::Time until, Kind kind) {
    if (until > from) parts_.push_back({.kind = kind, .for_a_place = for_a_place_, .ns = nanoseconds(until - from)});
  }

  /// All that a task did in a time in which it waited for nothing but its calls and pauses of one kind.
  void within(TracedCalls::Task task, sim::Time from, sim::Time until, Kind pause) {
    while (until > from) {
      const CallSpan* last = calls_.last_within(message_, task, from, until);
      if (last == nullptr) return gap(from, until, pause);
      gap(last->ended, until, pause);
      const bool outside = for_a_place_;
      for_a_place_ |= static_cast<Step>(last->step) == Step::to_member;
      whole(*last);
      for_a_place_ = outside;
      until = last->sent;
    }
  }

  spec::WayPart part_of(const CallSpan& call, Kind kind, std::int64_t ns) const {
    const LegSpan& leg = tracer_.leg(call, call.decides == CallSpan::nobody ? 0 : call.decides);
    const sim::TierIndex tier = fleet_[leg.machine].tier;
    return {.kind = kind,
            .use = use_of(static_cast<Step>(call.step), fleet_.options(tier).name),
            .station = static_cast<std::uint8_t>(tier),
            .step = call.step,
            .for_a_place = for_a_place_,
            .first_leg = static_cast<std::uint32_t>(legs_.size()),
            .ns = ns};
  }

  void whole(const CallSpan& call) {
    if (call.outcome != sim::Outcome::ok || call.decides == CallSpan::nobody) {
      parts_.push_back(part_of(call, Kind::failed, nanoseconds(call.ended - call.sent)));
    } else if (call.legs == 1) {
      const LegSpan& leg = only_leg(call);
      if (leg.answered > leg.served) {
        back(call, leg);
        within(calls_.task_behind(call), leg.served, leg.answered, Kind::other);
        front(call);
      } else {
        quorum(call);
      }
    } else {
      quorum(call);
    }
  }

  void back(const CallSpan& call, const LegSpan& leg) {
    if (call.ended == leg.answered) return;
    spec::WayPart part = part_of(call, Kind::back, nanoseconds(call.ended - leg.answered));
    part.crosses = crosses(call, leg);
    parts_.push_back(part);
  }

  spec::WayLeg leg_of(const CallSpan& call, const LegSpan& leg, sim::Duration way_back) const {
    return {.offset_ns = nanoseconds(leg.sent - call.sent),
            .there_ns = nanoseconds(leg.arrived - leg.sent),
            .thread_wait_ns = nanoseconds(leg.begun - leg.arrived),
            .core_wait_ns = nanoseconds(leg.core_wait),
            .service_ns = nanoseconds(leg.served - leg.begun - leg.core_wait),
            .back_ns = nanoseconds(way_back),
            .machine = leg.machine - fleet_.first(fleet_[leg.machine].tier),
            .crosses = crosses(call, leg)};
  }

  /// Until it is served: what follows is done there.
  void front(const CallSpan& call) {
    const LegSpan& leg = only_leg(call);
    spec::WayPart part = part_of(call, Kind::call, nanoseconds(leg.served - call.sent));
    part.needed = part.legs = 1;
    parts_.push_back(part);
    legs_.push_back(leg_of(call, leg, {}));
  }

  /// The answer that decided, and those beside it that may decide if something is faster.
  void quorum(const CallSpan& call) {
    spec::WayPart part = part_of(call, Kind::call, nanoseconds(call.ended - call.sent));
    part.needed = call.needed;
    std::int64_t before = 0;
    for (unsigned i = 0; i < call.legs; ++i) {
      const LegSpan& leg = tracer_.leg(call, i);
      if (leg.heard == sim::time_never || leg.served == sim::time_never) continue;
      legs_.push_back(leg_of(call, leg, leg.heard - leg.served));
      ++part.legs;
      before += leg.heard < call.ended;
    }
    // After losses or deaths, what is left need not explain it.
    if (before >= part.needed || part.legs < part.needed || tracer_.leg(call, call.decides).heard != call.ended) {
      legs_.resize(part.first_leg);
      part.kind = Kind::failed;
      part.legs = part.needed = 0;
    }
    parts_.push_back(part);
  }

  const sim::Fleet& fleet_;
  const sim::Tracer& tracer_;
  const TracedCalls& calls_;
  std::uint64_t message_;
  bool for_a_place_ = false;
  std::vector<spec::WayPart> parts_;
  std::vector<spec::WayLeg> legs_;
};

}  // namespace

spec::Traces ways_of(const Context& context, sim::Duration measured) {
  spec::Traces traces;
  if (context.scenario.simulation.traces == 0) return traces;
  const TracedCalls calls(context.traces.tracer());
  for (const Traces::Ending& ending : context.traces.acknowledgements()) {
    Walk walk(context, calls, Hops::message_of(ending.message));
    if (walk.to_ack(ending)) walk.take_over(ending, spec::Way::Latency::send_to_ack, traces);
  }
  for (const Traces::Ending& ending : context.traces.deliveries()) {
    Walk walk(context, calls, Hops::message_of(ending.message));
    if (walk.to_deliver(ending)) {
      walk.take_over(ending, spec::Way::Latency::send_to_deliver, traces);
    } else {
      ++traces.unfollowed;
    }
  }
  traces.dropped = context.traces.dropped();
  add_stations(context, measured, traces);
  add_requests(context, calls, traces);
  return traces;
}

}  // namespace chatsim::models
