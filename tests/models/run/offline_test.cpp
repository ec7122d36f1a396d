#include <algorithm>
#include <set>
#include <unordered_map>

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

constexpr double writing_from = 2, writing_until = 60, end = 100;

/// Users are connected for 10 s and away for 23: in the time of the test everybody comes and goes three times.
spec::Scenario coming_and_going(std::uint64_t seed) {
  spec::Scenario scenario = tests::one_rack(200);
  scenario.seed = seed;
  scenario.simulation.duration = Seconds{end};
  scenario.population.users = 4000;
  scenario.population.groups = 2000;
  scenario.population.online = spec::Probability{0.3};
  scenario.population.sessions.length = spec::Distribution::constant(Seconds{10});
  // What is sent again after a failure comes within what a device puts in place.
  scenario.population.sessions.send_retry_after = Seconds{0.25};
  scenario.population.group_changes_per_day = 0;
  scenario.network.request_timeout = Seconds{0.2};
  // What dies here dies in the middle of its work. A member's message that is sent to a machine that is dead already, which
  // heartbeats would not tell for seconds, is lost once its request times out: the fan-out does not try another one.
  scenario.control.detection = spec::Detection::instant;
  return scenario;
}

/// Some users get messages from several authors, who write to them and to their groups whether or not they are there. (An
/// author only writes while connected.)
class Correspondence {
 public:
  Correspondence(ServiceWorld& at, std::size_t recipients) : at_(at) {
    Directory& directory = at.service.directory();
    std::set<GroupId> groups;
    for (std::uint64_t i = 0; i < recipients; ++i) {
      const UserId user{i * 331 % directory.users()};
      recipients_.push_back(user);
      for (std::uint64_t author = 1; author <= 5; ++author) {
        write({.author = UserId{(i * 331 + author * 797) % directory.users()}, .recipient = user});
      }
      for (const GroupId group : directory.groups_of(user)) {
        if (directory.size_of(group) <= 40) groups.insert(group);
      }
    }
    for (const GroupId group : groups) {
      for (std::uint32_t index = 0; index < std::min(4u, directory.size_of(group)); ++index) {
        write({.author = directory.member_of(group, index), .group = group, .to_group = true});
      }
    }
  }

  /// Messages whose author cannot be sure that they were sent: they may get lost, but are not shown twice.
  std::function<bool(const Message&)> is_doubtful = [](const Message&) { return false; };

  const std::vector<UserId>& recipients() const { return recipients_; }

  void judge(Figures& figures) const {
    std::unordered_map<std::uint64_t, std::unordered_map<std::uint64_t, int>> times;  // Shown, by message and user.
    for (const ServiceWorld::Shown& one : at_.shown) {
      ++times[static_cast<std::uint64_t>(one.message.id)][static_cast<std::uint64_t>(one.user)];
    }
    const Directory& directory = at_.service.directory();
    for (const Message& message : sent_) {
      std::vector<UserId> due{message.recipient};
      if (message.to_group) {
        due.clear();
        for (std::uint32_t index = 0; index < directory.size_of(message.group); ++index) {
          const UserId member = directory.member_of(message.group, index);
          if (member != message.author) due.push_back(member);
        }
      }
      auto& shown = times[static_cast<std::uint64_t>(message.id)];
      for (const UserId user : due) {
        const int count = shown[static_cast<std::uint64_t>(user)];
        ++figures["due"];
        figures["missing"] += count == 0 && !doubtful_.contains(message.id);
        figures["shown_again"] += std::max(0, count - 1);
        shown.erase(static_cast<std::uint64_t>(user));
      }
      for (const auto& [user, count] : shown) figures["shown_to_others"] += count;
    }
    figures["sent"] = static_cast<double>(sent_.size());
    figures["doubtful"] = static_cast<double>(doubtful_.size());
    judge_order(figures);
  }

  /// For tests that look for what went wrong.
  bool was_doubtful(MessageId message) const { return doubtful_.contains(message); }

 private:
  void write(const Message& prototype) {
    // Several a second, but not all conversations at the same instants.
    const double offset = 1e-3 * static_cast<double>(at_.sent_by_hand() % 397);
    for (double when = writing_from + offset; when < writing_until; when += 0.4) {
      at_.send_in(when, prototype, [this](const Message& message) {
        if (!at_.service.directory().online(message.author)) return false;
        sent_.push_back(message);
        if (is_doubtful(message)) doubtful_.insert(message.id);
        return true;
      });
    }
  }

  /// A device puts what comes within two seconds in its place: later than that, the order is broken.
  void judge_order(Figures& figures) const {
    struct Latest {
      sim::Time sent{}, shown{};
    };
    std::unordered_map<std::uint64_t, std::unordered_map<std::uint64_t, Latest>> conversations;
    for (const ServiceWorld::Shown& one : at_.shown) {
      const std::uint64_t with = one.message.to_group ? ~static_cast<std::uint64_t>(one.message.group)
                                                      : static_cast<std::uint64_t>(one.message.author);
      Latest& latest = conversations[static_cast<std::uint64_t>(one.user)][with];
      if (one.message.sent >= latest.sent) {
        latest = {one.message.sent, one.at};
        continue;
      }
      ++figures["put_in_place"];
      figures["out_of_order"] +=
          one.at - latest.shown > Devices::reorder_window && !doubtful_.contains(one.message.id);
    }
  }

  ServiceWorld& at_;
  std::vector<UserId> recipients_;
  std::vector<Message> sent_;
  std::set<MessageId> doubtful_;
};

void add_counts(ServiceWorld& at, Figures& figures) {
  const spec::Result result = at.service.report();
  figures["kept"] = static_cast<double>(result.deliveries.kept);
  figures["from_mailboxes"] = static_cast<double>(result.mailbox.delivered);
  figures["suppressed"] = static_cast<double>(result.mailbox.suppressed);
  figures["failed_messages"] = static_cast<double>(result.messages.failed);
  figures["failed_deliveries"] = static_cast<double>(result.deliveries.failed);
  figures["residual"] = static_cast<double>(result.invariants.conservation_residual);
  for (const spec::FailureCount& failure : result.failures) {
    std::printf("  %s: %d\n", failure.reason.c_str(), static_cast<int>(failure.count));
  }
}

void check_all_was_shown(const Figures& found, const std::string& what) {
  std::printf("%s: %g messages by hand, %g of them doubtful, are %g deliveries due; of all, %g were kept, %g came from "
              "mailboxes; %g second copies suppressed\n",
              what.c_str(), found.at("sent"), found.at("doubtful"), found.at("due"), found.at("kept"),
              found.at("from_mailboxes"), found.at("suppressed"));
  CHECK(found.at("due") > 5000);
  CHECK(found.at("from_mailboxes") > 1000);
  CHECK(figure("due and not shown", 0, found.at("missing"), 0));
  CHECK(figure("shown a second time", 0, found.at("shown_again"), 0));
  CHECK(figure("shown to somebody else", 0, found.at("shown_to_others"), 0));
  CHECK(figure("shown after a later one of the conversation, too late to be put in its place", 0,
               found.at("out_of_order"), 0));
  CHECK(figure("conservation residual", 0, found.at("residual"), 0));
}

/// A value of a figure that was never touched is 0.
Figures filled(Figures figures) {
  for (const char* name : {"missing", "shown_again", "shown_to_others", "out_of_order", "put_in_place"}) figures[name] += 0;
  return figures;
}

}  // namespace

TEST_CASE("who is offline for a while gets every message, once and in order", "[offline]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2));
  const Figures found = filled(tests::with_service(coming_and_going(seed), [](ServiceWorld& at, Figures& figures) {
    Correspondence letters(at, 12);
    at.service.start();
    at.run_until(end);
    letters.judge(figures);
    add_counts(at, figures);
  }));
  check_all_was_shown(found, "seed " + std::to_string(seed) + ", all machines up");
  CHECK(figure("failed", 0, found.at("failed_messages") + found.at("failed_deliveries"), 0));
}

TEST_CASE("the same with batched fan-out", "[offline]") {
  spec::Scenario scenario = coming_and_going(3);
  scenario.services.group.fanout = spec::Fanout::batched;
  const Figures found = filled(tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    Correspondence letters(at, 12);
    at.service.start();
    at.run_until(end);
    letters.judge(figures);
    add_counts(at, figures);
  }));
  check_all_was_shown(found, "batched");
  CHECK(figure("failed", 0, found.at("failed_messages") + found.at("failed_deliveries"), 0));
}

TEST_CASE("the same while messaging machines die and come back", "[offline]") {
  const auto fanout = GENERATE(spec::Fanout::each, spec::Fanout::batched);
  spec::Scenario scenario = coming_and_going(4);
  scenario.services.group.fanout = fanout;
  const Figures found = filled(tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    Correspondence letters(at, 12);
    const AppTier& messaging = at.service.messaging().tier();
    // One after the other, 70 deaths, each in the middle of what it does.
    for (int death = 0; death < 70; ++death) {
      const sim::MachineIndex machine = messaging.machine(static_cast<std::uint32_t>(death) % messaging.machines());
      const sim::HostIndex host = at.world.fleet[machine].host;
      for (const bool on : {false, true}) {
        at.in(10 + 0.7 * death + (on ? 0.5 : 0), [&at, host, on] {
          at.world.plane.at_simgrid([&at, host, on] { tests::turn_host(at.world.platform, host, on); });
        });
      }
    }
    at.service.start();
    at.run_until(end);
    letters.judge(figures);
    add_counts(at, figures);
  }));
  check_all_was_shown(found, fanout == spec::Fanout::each ? "messaging machines die" : "they die, batched");
}

TEST_CASE("the same while gateways die and come back, and a messaging machine in between", "[offline]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(5, 6));
  const Figures found = filled(tests::with_service(coming_and_going(seed), [](ServiceWorld& at, Figures& figures) {
    Correspondence letters(at, 12);
    struct Death {
      sim::MachineIndex machine;
      double off, on;
    };
    std::vector<Death> deaths;
    const AppTier& gateways = at.service.gateways().tier();
    // The gateways of four of the recipients, one for longer than a session.
    for (std::size_t i = 0; i < 4; ++i) {
      const double off = 15 + 8 * static_cast<double>(i);
      const sim::MachineIndex home = at.service.gateways().machine_of(letters.recipients()[i]);
      deaths.push_back({home, off, off + (i == 1 ? 15 : 0.3 + static_cast<double>(i))});
    }
    const sim::MachineIndex first_messaging = at.service.messaging().tier().machine(0);
    for (const double off : {20.0, 31.0, 39.1}) deaths.push_back({first_messaging + 1, off, off + 3});
    for (const Death& death : deaths) {
      const sim::HostIndex host = at.world.fleet[death.machine].host;
      for (const bool on : {false, true}) {
        at.in(on ? death.on : death.off, [&at, host, on] {
          at.world.plane.at_simgrid([&at, host, on] { tests::turn_host(at.world.platform, host, on); });
        });
      }
    }
    // Whose own gateway dies does not know what became of the message.
    letters.is_doubtful = [&](const Message& message) {
      // Its device holds it until it is connected again, which may not be before its session ends.
      if (at.service.directory().away(message.author)) return true;
      const sim::MachineIndex gateway = at.service.gateways().machine_of(message.author);
      for (const Death& death : deaths) {
        const bool of_gateway = death.machine >= gateways.machine(0) && death.machine < gateways.machine(0) + gateways.machines();
        const double sent = sim::to_seconds(message.sent).value();
        // Two seconds: all attempts of a client.
        if (of_gateway && gateway == death.machine && sent > death.off - 2 && sent < death.on) return true;
      }
      return false;
    };
    at.service.start();
    at.run_until(end);
    letters.judge(figures);
    add_counts(at, figures);
  }));
  check_all_was_shown(found, "seed " + std::to_string(seed) + ", gateways die");
}
