#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "models/run/chat_service.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

// The functional requirements of the design document, one after the other, end to end: direct messages, groups, statuses,
// who is online, pictures; and what happens to users who are offline.

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

struct Shown {
  UserId user;
  MessageId message;
  sim::Time at;
};

/// A service without traffic of its own, everything that devices show written down.
class World {
 public:
  explicit World(const spec::Scenario& scenario)
      : scenario_(scenario), world_(scenario_.datacenter), service_(world_, scenario_) {
    service_.gateways().devices.observer = [this](UserId user, const Message& message) {
      shown.push_back({user, message.id, world_.scheduler.now()});
    };
    service_.start();
  }

  ChatService& service() { return service_; }
  sim::World& world() { return world_; }
  Directory& directory() { return service_.directory(); }
  void run_until(double seconds) { world_.plane.run_until(sim::to_time(spec::Seconds{seconds})); }

  Message direct(std::uint64_t number, UserId author, UserId recipient) {
    Message message{.id = MessageId{number}, .author = author, .recipient = recipient};
    message.sent = world_.scheduler.now();
    return message;
  }
  UserId somebody(bool online, std::uint64_t from = 0) {
    for (std::uint64_t user = from;; ++user) {
      if (directory().online(UserId{user}) == online) return UserId{user};
    }
  }
  double times_shown(UserId user, std::uint64_t message) const {
    return static_cast<double>(std::count_if(shown.begin(), shown.end(), [&](const Shown& one) {
      return one.user == user && one.message == MessageId{message};
    }));
  }

  std::vector<Shown> shown;

 private:
  const spec::Scenario scenario_;
  sim::World world_;
  ChatService service_;
};

spec::Scenario silent() {
  spec::Scenario scenario = tests::one_rack(0);
  scenario.simulation = {.duration = spec::Seconds{60}, .warmup = spec::Seconds{0}, .window = spec::Seconds{1}};
  tests::send_messages_only(scenario);
  return scenario;
}

/// The world is left as it is: SimGrid's engine ends with the child.
Figures in_world(const spec::Scenario& scenario, const std::function<void(World&, Figures&)>& work) {
  return tests::figures_of([&](Figures& figures) { work(*new World(scenario), figures); });
}

}  // namespace

TEST_CASE("everyday: a direct message is acknowledged and shown once to its recipient, and to nobody else") {
  const Figures found = in_world(silent(), [](World& world, Figures& figures) {
    const UserId author = world.somebody(true), recipient = world.somebody(true, 100);
    world.service().send(world.direct(1, author, recipient));
    world.run_until(2);
    figures["shown"] = world.times_shown(recipient, 1);
    figures["shown_in_all"] = static_cast<double>(world.shown.size());
    const spec::Result result = world.service().report();
    figures["acknowledged"] = static_cast<double>(result.messages.acknowledged);
    figures["delivered"] = static_cast<double>(result.deliveries.delivered);
  });
  for (const char* name : {"shown", "shown_in_all", "acknowledged", "delivered"}) {
    CHECK(figure(std::string("one message: ") + name, 1, found.at(name), 0));
  }
}

TEST_CASE("everyday: a message to a group is shown once to each member who is online, whoever joined or left") {
  const auto fanout = GENERATE(spec::Fanout::each, spec::Fanout::batched);
  spec::Scenario scenario = silent();
  scenario.population.online = spec::Probability{1};
  scenario.services.group.fanout = fanout;
  const Figures found = in_world(scenario, [](World& world, Figures& figures) {
    Directory& directory = world.directory();
    const GroupId group{7};
    const UserId author = directory.member_of(group, 0), leaver = directory.member_of(group, 1);
    UserId joiner{0};
    while (directory.is_member(group, joiner)) joiner = UserId{static_cast<std::uint64_t>(joiner) + 1};
    directory.join(group, joiner);
    directory.leave(group, leaver);
    std::vector<UserId> members;
    for (std::uint32_t slot = 0; slot < directory.slots_of(group); ++slot) {
      if (const auto member = directory.member_at(group, slot)) members.push_back(*member);
    }
    Message message{.id = MessageId{1}, .author = author, .group = group, .to_group = true};
    world.service().send(message);
    world.run_until(3);
    figures["members"] = directory.members_of(group);
    figures["listed"] = static_cast<double>(members.size());
    figures["shown"] = static_cast<double>(world.shown.size());
    figures["not_once"] = static_cast<double>(std::count_if(members.begin(), members.end(), [&](UserId member) {
      return world.times_shown(member, 1) != (member == author ? 0 : 1);
    }));
    figures["joiner"] = world.times_shown(joiner, 1);
    figures["leaver"] = world.times_shown(leaver, 1);
    figures["due"] = static_cast<double>(world.service().report().deliveries.due);
  });
  CHECK(found.at("listed") == found.at("members"));
  CHECK(figure("shown, all members but the author", found.at("members") - 1, found.at("shown"), 0));
  CHECK(figure("due, all members but the author", found.at("members") - 1, found.at("due"), 0));
  CHECK(found.at("not_once") == 0);
  CHECK(found.at("joiner") == 1);
  CHECK(found.at("leaver") == 0);
}

TEST_CASE("everyday: a group has at most 200 members") {
  spec::Scenario scenario = silent();
  scenario.population.group_size = spec::Distribution::constant(199.0);
  const Figures found = in_world(scenario, [](World& world, Figures& figures) {
    const GroupId group{3};
    const auto join = [](World* the_world, GroupId the_group, Figures* the_figures) -> sim::Task<void> {
      for (std::uint64_t user = 0, tried = 0; tried < 2; ++user) {
        if (the_world->directory().is_member(the_group, UserId{user})) continue;
        Hops hops = the_world->service().context().hops(Stream::changes, user);
        const sim::Reply reply = co_await the_world->service().groups().join(0, the_group, UserId{user}, hops);
        (*the_figures)[tried == 0 ? "first" : "second"] = reply.outcome == sim::Outcome::ok;
        ++tried;
      }
    };
    figures["before"] = world.directory().members_of(group);
    sim::spawn(sim::no_machine, join(&world, group, &figures));
    world.run_until(1);
    figures["after"] = world.directory().members_of(group);
  });
  CHECK(found.at("before") == 199);
  CHECK(found.at("first") == 1);
  CHECK(found.at("second") == 0);
  CHECK(found.at("after") == 200);
}

TEST_CASE("everyday: a message is sent, delivered a round trip later, then read, and its author is told") {
  spec::Scenario scenario = silent();
  scenario.population.sessions.read_share = spec::Probability{1};
  scenario.population.sessions.read_delay = spec::Distribution::constant(spec::Seconds{2});
  const Figures found = in_world(scenario, [](World& world, Figures& figures) {
    const UserId author = world.somebody(true), recipient = world.somebody(true, 100);
    world.service().send(world.direct(1, author, recipient));
    const auto note = [&](const std::string& when) {
      const spec::StatusCounts statuses = world.service().messaging().counts().statuses;
      figures[when + "_sent"] = static_cast<double>(statuses.sent);
      figures[when + "_delivered"] = static_cast<double>(statuses.delivered);
      figures[when + "_read"] = static_cast<double>(statuses.read);
      figures[when + "_receipts"] = static_cast<double>(world.service().gateways().receipts);
    };
    const auto watch = [](World* the_world, double at, std::function<void()> then) -> sim::Task<void> {
      co_await sim::sleep(the_world->world().scheduler, sim::to_duration(spec::Seconds{at}));
      then();
    };
    sim::spawn(sim::no_machine, watch(&world, 0.5, [&] { note("early"); }));
    world.run_until(4);
    note("late");
    figures["shown"] = static_cast<double>(world.shown.size());
  });
  CHECK(found.at("shown") == 1);
  CHECK(found.at("early_sent") == 1);
  CHECK(found.at("early_delivered") == 1);
  CHECK(found.at("early_read") == 0);
  CHECK(found.at("early_receipts") == 1);
  CHECK(found.at("late_sent") == 1);
  CHECK(found.at("late_delivered") == 1);
  CHECK(found.at("late_read") == 1);
  CHECK(figure("receipts that the author got: delivered, read", 2, found.at("late_receipts"), 0));
}

TEST_CASE("everyday: who is logged in has a server, who has left has none and was last seen when the session ended") {
  spec::Scenario scenario = silent();
  scenario.population.sessions.length = spec::Distribution::constant(spec::Seconds{10});
  const Figures found = in_world(scenario, [](World& world, Figures& figures) {
    const Schedule& schedule = world.directory().schedule();
    const UserId user = world.somebody(false);
    const Schedule::Position position = schedule.position_of(user);
    const double login = schedule.next_login(position, world.world().scheduler.now()).value();
    const auto look = [](World* the_world, UserId whom, double at, std::string name, Figures* into) -> sim::Task<void> {
      co_await sim::sleep(the_world->world().scheduler, sim::to_duration(spec::Seconds{at}));
      Hops hops = the_world->service().context().hops(Stream::changes, 1);
      Profile& profiles = the_world->service().profiles();
      Profile::Location location = co_await profiles.server_of(0, whom, Step::locate, hops);
      if (location.missing()) location = co_await profiles.look_aside(0, whom, location.found, Step::locate, hops);
      (*into)[name + "_ok"] = location.outcome == sim::Outcome::ok;
      (*into)[name + "_online"] = location.server.has_value();
      if (location.server) (*into)[name + "_right"] = *location.server == the_world->directory().gateway_of(whom);
    };
    sim::spawn(sim::no_machine, look(&world, user, login - 0.5, "before", &figures));
    sim::spawn(sim::no_machine, look(&world, user, login + 5, "during", &figures));
    sim::spawn(sim::no_machine, look(&world, user, login + 10.5, "after", &figures));
    world.run_until(login + 12);
    figures["last_seen_off"] =
        std::abs(schedule.last_login(position, sim::to_time(spec::Seconds{login + 11})).value() + 10 - (login + 10));
    const spec::SessionSummary sessions = world.service().sessions().summary(world.world().scheduler.now() - sim::Time{});
    figures["last_seen_per_s"] = sessions.last_seen_per_s;
    figures["failed"] = static_cast<double>(sessions.failed);
  });
  CHECK(found.at("before_online") == 0);
  CHECK(found.at("during_online") == 1);
  CHECK(found.at("during_right") == 1);
  CHECK(found.at("after_ok") == 1);
  CHECK(found.at("after_online") == 0);
  CHECK(found.at("last_seen_off") < 0.01);
  CHECK(found.at("failed") == 0);
  // 6,400 connected / 300 s and 640 logouts a second; the first batches of a second are due at once.
  CHECK(figure("last seen written a second", 6400 / 300.0 + 640, found.at("last_seen_per_s"), 70));
}

TEST_CASE("everyday: a picture is uploaded before its message, and its receiver gets it") {
  spec::Scenario scenario = silent();
  scenario.population.attachments.share = spec::Probability{1};
  scenario.population.attachments.hot_share = spec::Probability{0};
  scenario.population.attachments.size = spec::Distribution::constant(300e3);
  const Figures found = in_world(scenario, [](World& world, Figures& figures) {
    const UserId author = world.somebody(true), recipient = world.somebody(true, 100);
    world.service().send(world.direct(5, author, recipient));
    world.run_until(5);
    figures["shown"] = world.times_shown(recipient, 5);
    const spec::Result result = world.service().report();
    figures["uploads"] = static_cast<double>(result.blobs.uploads);
    figures["downloads"] = static_cast<double>(result.blobs.downloads);
    figures["failed"] = static_cast<double>(result.blobs.failed);
    figures["bytes_up"] = result.blobs.bytes_up_per_s * result.measured_s;
    figures["bytes_stored"] = result.blobs.bytes_stored_per_s * result.measured_s;
  });
  CHECK(found.at("shown") == 1);
  CHECK(found.at("uploads") == 1);
  CHECK(found.at("downloads") == 1);
  CHECK(found.at("failed") == 0);
  CHECK(figure("bytes uploaded", 300e3, found.at("bytes_up"), 1));
  CHECK(figure("bytes on disks, three copies", 900e3, found.at("bytes_stored"), 1));
}

TEST_CASE("everyday: a user who was offline gets every message once and in order, whatever dies meanwhile") {
  const bool machines_die = GENERATE(false, true);
  spec::Scenario scenario = tests::one_rack(300);
  scenario.simulation = {.duration = spec::Seconds{60}, .warmup = spec::Seconds{0}, .window = spec::Seconds{1}};
  scenario.population.sessions.length = spec::Distribution::constant(spec::Seconds{10});
  scenario.network.request_timeout = spec::Seconds{0.2};
  constexpr std::uint64_t first = std::uint64_t{1} << 40, messages = 400;
  const Figures found = in_world(scenario, [&](World& world, Figures& figures) {
    // Connected for 10 s of 31.25 s.
    const UserId user = world.somebody(true);
    const auto write = [](World* the_world, UserId whom) -> sim::Task<void> {
      for (std::uint64_t i = 0; i < messages; ++i) {
        co_await sim::sleep(the_world->world().scheduler, sim::Duration{100'000'000});
        // Five authors by turns; who is offline writes too, through the gateway that would be theirs.
        the_world->service().send(the_world->direct(first + i, UserId{500 + i % 5}, whom));
      }
    };
    sim::spawn(sim::no_machine, write(&world, user));
    if (machines_die) {
      const auto kill = [](World* the_world) -> sim::Task<void> {
        for (int i = 0; i < 12; ++i) {
          co_await sim::sleep(the_world->world().scheduler, sim::Duration{3'000'000'000});
          // A store's machine: its rows have two other copies.
          const auto host = the_world->world().fleet[34 + static_cast<sim::MachineIndex>(i % 8)].host;
          the_world->world().plane.at_simgrid([the_world, host] { tests::turn_host(the_world->world().platform, host, false); });
          co_await sim::sleep(the_world->world().scheduler, sim::Duration{500'000'000});
          the_world->world().plane.at_simgrid([the_world, host] { tests::turn_host(the_world->world().platform, host, true); });
        }
      };
      sim::spawn(sim::no_machine, kill(&world));
    }
    world.run_until(60);
    std::vector<double> times(messages, 0);
    std::vector<std::uint64_t> newest(5, 0);
    double& out_of_order = figures["out_of_order"] = 0;
    for (const Shown& one : world.shown) {
      const auto number = static_cast<std::uint64_t>(one.message);
      if (one.user != user || number < first || number >= first + messages) continue;
      ++times[number - first];
      out_of_order += number < newest[(number - first) % 5];
      newest[(number - first) % 5] = number;
    }
    figures["never"] = static_cast<double>(std::count(times.begin(), times.end(), 0.0));
    figures["twice"] = static_cast<double>(
        std::count_if(times.begin(), times.end(), [](double count) { return count > 1; }));
    const spec::Result result = world.service().report();
    figures["duplicates"] = static_cast<double>(result.invariants.duplicates);
    figures["residual"] = static_cast<double>(result.invariants.conservation_residual);
    figures["from_mailboxes"] = static_cast<double>(result.mailbox.delivered);
  });
  CHECK(figure("messages that were never shown, of 400 over two absences", 0, found.at("never"), 0));
  CHECK(figure("messages that were shown more than once", 0, found.at("twice"), 0));
  CHECK(figure("messages shown after a later one of the same author", 0, found.at("out_of_order"), 0));
  CHECK(found.at("residual") == 0);
  CHECK(found.at("from_mailboxes") > 100);
}
