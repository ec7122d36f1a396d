#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "models/run/chat_service.hpp"
#include "tests/models/figures.hpp"

namespace chatsim::tests {

/// Something is done in the simulation later. A plane runs once: what is to happen or to be measured in between is
/// arranged beforehand.
inline sim::Task<void> do_later(sim::Scheduler* scheduler, sim::Duration delay, std::function<void()> action) {
  co_await sim::sleep(*scheduler, delay);
  action();
}

/// The whole service in a world of its own, messages that a test sends by hand beside the traffic of its users, and what
/// devices show of them.
class ServiceWorld {
 public:
  explicit ServiceWorld(const spec::Scenario& the_scenario)
      : scenario(the_scenario), world(scenario.datacenter), service(world, scenario) {
    service.gateways().devices.observer = [this](models::UserId user, const models::Message& message) {
      const auto number = static_cast<std::uint64_t>(message.id) - first_by_hand;
      if (number < sent_by_hand_) shown.push_back({world.scheduler.now(), user, message});
    };
  }
  ServiceWorld(const ServiceWorld&) = delete;
  ServiceWorld& operator=(const ServiceWorld&) = delete;

  const spec::Scenario scenario;
  sim::World world;
  models::ChatService service;

  struct Shown {
    sim::Time at;
    models::UserId user;
    models::Message message;
  };
  /// Every message by hand that a device showed, in order.
  std::vector<Shown> shown;

  double now() const { return sim::to_seconds(world.scheduler.now()).value(); }
  /// Once.
  void run_until(double seconds) { world.plane.run_until(sim::to_time(spec::Seconds{seconds})); }

  /// A user writes to another, or to a group, `delay` seconds from now. \returns the message's number.
  models::MessageId send_in(double delay, models::UserId author, models::UserId recipient) {
    return send_in(delay, models::Message{.author = author, .recipient = recipient});
  }
  models::MessageId send_in(double delay, models::UserId author, models::GroupId group) {
    return send_in(delay, models::Message{.author = author, .group = group, .to_group = true});
  }
  /// \param only_if asked at that time; if not, nothing is sent.
  models::MessageId send_in(double delay, models::Message message,
                            std::function<bool(const models::Message&)> only_if = nullptr) {
    message.id = models::MessageId{first_by_hand + sent_by_hand_++};
    sim::spawn(sim::no_machine, send_later(sim::to_duration(spec::Seconds{delay}), message, std::move(only_if)));
    return message.id;
  }
  std::uint64_t sent_by_hand() const { return sent_by_hand_; }

  /// How often a message by hand was shown to a user, or to anybody.
  double times_shown(models::MessageId message, models::UserId to) const {
    double times = 0;
    for (const Shown& one : shown) times += one.message.id == message && one.user == to;
    return times;
  }
  double times_shown(models::MessageId message) const {
    double times = 0;
    for (const Shown& one : shown) times += one.message.id == message;
    return times;
  }

  /// Does something in the simulation, `delay` seconds from now.
  void in(double delay, std::function<void()> action) {
    sim::spawn(sim::no_machine,
               do_later(&world.scheduler, sim::to_duration(spec::Seconds{delay}), std::move(action)));
  }

  /// From the login before an instant to the next one, in seconds since the run began.
  struct Cycle {
    double login, logout, next_login;
  };
  Cycle cycle_of(models::UserId user, double at) {
    const models::Schedule& schedule = service.directory().schedule();
    const models::Schedule::Position position = schedule.position_of(user);
    const double login = schedule.last_login(position, sim::to_time(spec::Seconds{at})).value();
    const double next = schedule.next_login(position, sim::to_time(spec::Seconds{at})).value();
    return {login, login + (next - login) * scenario.population.online.value(), next};
  }
  /// The first users, `count` of them, for whom something holds.
  std::vector<models::UserId> find_users(std::size_t count, const std::function<bool(models::UserId)>& holds) {
    std::vector<models::UserId> found;
    for (std::uint64_t user = 0; user < service.directory().users() && found.size() < count; ++user) {
      if (holds(models::UserId{user})) found.push_back(models::UserId{user});
    }
    CHATSIM_CHECK(found.size() == count, "only {} of {} users", found.size(), count);
    return found;
  }

  /// What a step brought to a tier since measuring began.
  double requests(const models::AppTier& tier, models::Step step) {
    return static_cast<double>(world.rpc.load(tier.index(), static_cast<std::uint8_t>(step)).requests);
  }

 private:
  static constexpr std::uint64_t first_by_hand = std::uint64_t{1} << 60;

  sim::Task<void> send_later(sim::Duration delay, models::Message message,
                             std::function<bool(const models::Message&)> only_if) {
    co_await sim::sleep(world.scheduler, delay);
    message.sent = world.scheduler.now();
    if (!only_if || only_if(message)) service.send(message);
  }

  std::uint64_t sent_by_hand_ = 0;
};

/// Figures that `work` measures on a service, in a child.
inline Figures with_service(const spec::Scenario& scenario,
                            const std::function<void(ServiceWorld&, Figures&)>& work) {
  return figures_of([&](Figures& figures) {
    // Not destroyed: the child ends without.
    work(*new ServiceWorld(scenario), figures);
  });
}

}  // namespace chatsim::tests
