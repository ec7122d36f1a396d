#include "models/clients/changes.hpp"

#include <algorithm>

namespace chatsim::models {

Changes::Changes(Context& context, Directory& directory, Gateway& gateways, Group& groups, Profile& profiles)
    : context_(context),
      directory_(directory),
      gateways_(gateways),
      groups_(groups),
      profiles_(profiles),
      group_size_(context.scenario.population.group_size) {}

void Changes::start() {
  const spec::Population& population = context_.scenario.population;
  if (directory_.groups() > 0) sim::spawn(sim::no_machine, run(What::group, population.group_changes_per_day));
  sim::spawn(sim::no_machine, run(What::profile, population.profile_changes_per_day));
}

sim::Task<void> Changes::run(What what, double per_day) {
  const spec::Population& population = context_.scenario.population;
  const double rate = per_day * population.load_factor / population.day.value();
  if (rate <= 0) co_return;
  const std::uint64_t kind = what == What::group ? 0 : std::uint64_t{1} << 62;
  for (std::uint64_t number = kind + 1;; ++number) {
    const double activity = spec::activity_at(population.daily_curve, sim::to_seconds(context_.world.scheduler.now()));
    const double gap = sim::negative_log(context_.draw(Stream::changes, number).bits64(0)) / rate / std::max(activity, 1e-6);
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec::Seconds{gap}));
    sim::spawn(sim::no_machine, what == What::group ? change_group(number) : change_profile(number));
  }
}

/// The client's request reaches its gateway.
sim::Task<sim::Outcome> Changes::taken_by_gateway(sim::MachineIndex machine, Step step, sim::Draw draw) {
  const sim::Reply taken = co_await context_.world.rpc.serve(
      machine, static_cast<std::uint8_t>(step), gateways_.tier().service_time(draw) + gateways_.request_cost(),
      gateways_.tier().cpu_share());
  co_return taken.outcome;
}

sim::Task<void> Changes::change_group(std::uint64_t number) {
  const sim::Draw draw = context_.draw(Stream::changes, number, 1);
  Hops hops = context_.hops(Stream::changes, number, 8);
  const UserId user = directory_.schedule().user_at(
      directory_.schedule().someone_online(context_.draw(Stream::changes, number, 2), context_.world.scheduler.now()));
  if (directory_.away(user)) [[unlikely]] {
    ++counts_.refused;
    co_return;
  }
  const sim::MachineIndex machine = gateways_.machine_of(user);
  const sim::Outcome taken = co_await taken_by_gateway(machine, Step::group_change, hops.next());
  if (taken != sim::Outcome::ok) {
    ++counts_.refused;
    co_return;
  }
  if (draw.uniform(0) < new_share) {
    const double size = std::clamp(group_size_.value(context_.draw(Stream::changes, number, 3)), 2.0,
                                   static_cast<double>(context_.scenario.population.group_size_max));
    std::vector<UserId> members{user};
    for (std::uint32_t i = 1; i < static_cast<std::uint32_t>(size); ++i) {
      const UserId other{context_.draw(Stream::changes, number, 1000 + i).below(directory_.users(), 0)};
      if (std::find(members.begin(), members.end(), other) == members.end()) members.push_back(other);
    }
    const sim::Reply created = co_await groups_.create(machine, std::move(members), hops);
    ++(created.outcome == sim::Outcome::ok ? counts_.groups_created : counts_.refused);
    co_return;
  }
  const GroupId group{draw.below(directory_.groups(), 1)};
  if (draw.uniform(1) < 0.5) {
    const sim::Reply joined = co_await groups_.join(machine, group, user, hops);
    ++(joined.outcome == sim::Outcome::ok ? counts_.joined : counts_.refused);
  } else {
    // A member leaves: whoever it is, on behalf of the user's gateway.
    const auto member = directory_.member_at(group, draw.bits32(1) % directory_.slots_of(group));
    const sim::Reply left = co_await groups_.leave(machine, group, member.value_or(user), hops);
    ++(left.outcome == sim::Outcome::ok ? counts_.left : counts_.refused);
  }
}

sim::Task<void> Changes::change_profile(std::uint64_t number) {
  const sim::Draw draw = context_.draw(Stream::changes, number, 1);
  Hops hops = context_.hops(Stream::changes, number, 8);
  const UserId user = directory_.schedule().user_at(
      directory_.schedule().someone_online(context_.draw(Stream::changes, number, 2), context_.world.scheduler.now()));
  if (directory_.away(user)) [[unlikely]] {
    ++counts_.refused;
    co_return;
  }
  const sim::MachineIndex machine = gateways_.machine_of(user);
  const sim::Outcome taken = co_await taken_by_gateway(machine, Step::profile_change, hops.next());
  if (taken != sim::Outcome::ok) {
    ++counts_.refused;
    co_return;
  }
  const bool is_new = draw.uniform(0) < new_share;
  sim::Outcome done = sim::Outcome::ok;
  if (is_new) {
    done = co_await profiles_.create(machine, user, hops);
  } else {
    done = co_await profiles_.update(machine, user, hops);
  }
  if (done != sim::Outcome::ok) {
    ++counts_.refused;
  } else {
    ++(is_new ? counts_.profiles_created : counts_.profiles_updated);
  }
}

}  // namespace chatsim::models
