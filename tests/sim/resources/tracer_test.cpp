#include "sim/resources/tracer.hpp"

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

constexpr std::uint64_t tag = 17;

Duration since_start(Time time) { return time - at(0ns); }

TEST_CASE("a traced call is told instant by instant") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    Tracer tracer(100);
    small.world.rpc.trace_into(tracer);
    Answer answers[2];
    const LegOptions leg{small.on(4), 1ms};
    spawn(small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answers[0]));
    CallOptions traced = call_from(small.on(0));
    traced.trace = tag;
    spawn(small.on(0), call_once(&small.world, traced, {leg}, &answers[1]));
    small.run(1s);
    report.same("calls that were followed", std::size_t{1}, tracer.calls().size());
    const CallSpan& call = tracer.calls().front();
    const LegSpan& span = tracer.leg(call, 0);
    report.same("tag", tag, call.tag);
    report.same("sent", 0ns, since_start(call.sent));
    report.same("arrived: behind another on the card, 2 us + 14 us", 1us + there, since_start(span.arrived));
    report.same("begun: behind another at the server, 15 us + 1 ms", there + 1ms, since_start(span.begun));
    report.same("served", there + 2ms, since_start(span.served));
    report.same("answered", there + 2ms, since_start(span.answered));
    report.same("heard", there + 2ms + back, since_start(span.heard));
    report.same("ended", answers[1].at, since_start(call.ended));
    report.same("the leg that decided", 0, int{call.decides});
  });
}

TEST_CASE("of a traced quorum all legs are told, also those that come later") {
  check_report([](Report& report) {
    SmallWorld small;
    Tracer tracer(100);
    small.world.rpc.trace_into(tracer);
    Answer answer;
    CallOptions traced = call_from(small.on(0));
    traced.trace = tag;
    traced.needed = 2;
    spawn(small.on(0), call_once(&small.world, traced,
                                 {{small.on(4), 3ms}, {small.on(5), 1ms}, {small.on(6), 2ms}}, &answer));
    small.run(1s);
    const CallSpan& call = tracer.calls().front();
    report.same("the second to answer decides", 2, int{call.decides});
    report.same("ended when it was heard", since_start(tracer.leg(call, 2).heard), since_start(call.ended));
    report.same("the last one is served later", there + 3ms, since_start(tracer.leg(call, 0).served));
    report.same("and would be heard", true, tracer.leg(call, 0).heard > call.ended);
  });
}

TEST_CASE("without room, without a waiter and without an answer") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 0});
    Tracer tracer(3);
    small.world.rpc.trace_into(tracer);
    CallOptions traced = call_from(small.on(0));
    traced.trace = tag;
    Answer answers[4];
    // Posted: its place is free again.
    small.world.rpc.post(small.world.rpc.call(traced, {small.on(4), 1ms}));
    for (Answer& answer : answers) spawn(small.on(0), call_once(&small.world, traced, {{small.on(4), 1ms}}, &answer));
    small.run(1s);
    report.same("followed", std::size_t{3}, tracer.calls().size());
    report.same("dropped", std::uint64_t{1}, tracer.dropped());
    const CallSpan& call = tracer.calls().front();
    report.same("turned away: the queue is full", std::string("rejected"), std::string(name_of(call.outcome)));
    report.same("never served", since_start(time_never), since_start(tracer.leg(call, 0).served));
    report.same("ended when its caller heard so", answers[0].at, since_start(call.ended));
  });
}

}  // namespace
}  // namespace chatsim::tests
