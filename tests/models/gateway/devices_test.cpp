#include "models/gateway/devices.hpp"

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

constexpr sim::Duration second{1'000'000'000};

Message sent_at(sim::Time when, UserId author) { return {.author = author, .recipient = UserId{5}, .sent = when}; }

Figures with_devices(spec::Transport transport,
                     const std::function<void(sim::World&, Devices&, Figures&)>& work) {
  spec::Scenario scenario = tests::one_rack(1);
  scenario.services.gateway.transport = transport;
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    Devices devices(context);
    work(world, devices, figures);
    figures["overtaken"] = static_cast<double>(devices.overtaken());
    figures["out_of_order"] = static_cast<double>(devices.out_of_order());
  });
}

}  // namespace

TEST_CASE("a message that comes after a later one of its conversation is put in its place, or too late for that") {
  const Figures found = with_devices(spec::Transport::websocket, [](sim::World& world, Devices& devices, Figures& figures) {
    const UserId ann{1}, bob{2}, carl{5};
    double observed = 0;
    devices.observer = [&](UserId, const Message&) { ++observed; };
    const auto in = [&](double s, std::function<void()> action) {
      sim::spawn(sim::no_machine,
                 tests::do_later(&world.scheduler, sim::to_duration(spec::Seconds{s}), std::move(action)));
    };
    const auto note = [&](const char* name) {
      figures[std::string(name) + "_overtaken"] = static_cast<double>(devices.overtaken());
      figures[std::string(name) + "_out_of_order"] = static_cast<double>(devices.out_of_order());
    };
    Message to_group = sent_at(sim::Time{1 * second}, ann);
    to_group.to_group = true;
    to_group.group = GroupId{1};
    in(10, [&] {
      devices.show(carl, sent_at(sim::Time{5 * second}, ann));
      devices.show(carl, sent_at(sim::Time{6 * second}, ann));
      // Another author, another user, and a group of the author's number are other conversations.
      devices.show(carl, sent_at(sim::Time{1 * second}, bob));
      devices.show(UserId{6}, sent_at(sim::Time{1 * second}, ann));
      devices.show(carl, to_group);
      note("in_order");
    });
    in(11.9, [&] {  // Not yet two seconds after the later one was shown.
      devices.show(carl, sent_at(sim::Time{4 * second}, ann));
      note("soon");
    });
    in(12.1, [&] {
      devices.show(carl, sent_at(sim::Time{3 * second}, ann));
      note("late");
      // Members of a group are one conversation.
      to_group.author = bob;
      to_group.sent = sim::Time{second / 2};
      devices.show(carl, to_group);
      note("group");
    });
    world.plane.run_until(sim::Time{13 * second});
    figures["observed"] = observed;
    devices.begin_measuring();
  });
  CHECK(figure("in order, or of other conversations: overtaken", 0, found.at("in_order_overtaken"), 0));
  CHECK(figure("1.9 s after a later one: overtaken", 1, found.at("soon_overtaken"), 0));
  CHECK(figure("  out of order", 0, found.at("soon_out_of_order"), 0));
  CHECK(figure("2.1 s after a later one: overtaken", 2, found.at("late_overtaken"), 0));
  CHECK(figure("  out of order", 1, found.at("late_out_of_order"), 0));
  CHECK(figure("in a group, from another author: overtaken", 3, found.at("group_overtaken"), 0));
  CHECK(figure("  out of order, also late", 2, found.at("group_out_of_order"), 0));
  CHECK(figure("all of them are shown", 8, found.at("observed"), 0));
  CHECK(figure("counted anew when measuring begins", 0, found.at("overtaken") + found.at("out_of_order"), 0));
}

TEST_CASE("a long-polling client takes nothing until its next poll; a websocket takes all") {
  for (const spec::Transport transport : {spec::Transport::websocket, spec::Transport::long_polling}) {
    const Figures found = with_devices(transport, [](sim::World&, Devices& devices, Figures& figures) {
      devices.answered(UserId{5}, sim::Time{3 * second});
      figures["user_s"] = sim::to_seconds(devices.next_poll(UserId{5})).value();
      figures["other_s"] = sim::to_seconds(devices.next_poll(UserId{6})).value();
    });
    const bool polls = transport == spec::Transport::long_polling;
    CHECK(figure(std::string(polls ? "long polling" : "websocket") + ": ready at", polls ? 3 : 0, found.at("user_s"), 0));
    CHECK(figure("  another user", 0, found.at("other_s"), 0));
  }
}
