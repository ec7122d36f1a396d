#include "models/control/coordination.hpp"

#include <array>

namespace chatsim::models {

Coordination::Coordination(Context& context)
    : context_(context),
      tier_(context, "coordination", context.scenario.control.coordination),
      leader_(tier_.machine(0)) {}

bool Coordination::reaches_majority(sim::MachineIndex machine) const {
  const sim::Fleet& fleet = context_.world.fleet;
  const sim::Platform& platform = context_.world.platform;
  if (!fleet[machine].up) return false;
  std::uint32_t reached = 0;
  for (std::uint32_t i = 0; i < tier_.machines(); ++i) {
    const sim::HostIndex here = fleet[machine].host, there = fleet[tier_.machine(i)].host;
    reached += platform.reachable(here, there) && platform.reachable(there, here);
  }
  return reached >= majority();
}

sim::MachineIndex Coordination::candidate() const {
  for (std::uint32_t i = 0; i < tier_.machines(); ++i) {
    if (reaches_majority(tier_.machine(i))) return tier_.machine(i);
  }
  return sim::no_machine;
}

void Coordination::connections_changed() {
  const sim::Time now = context_.world.scheduler.now();
  if (leader_ != sim::no_machine && !reaches_majority(leader_)) {
    leader_ = sim::no_machine;
    leaderless_.set(true, now);
    if (leader_changed_) leader_changed_();
  }
  const bool quorum = leader_ != sim::no_machine || candidate() != sim::no_machine;
  no_quorum_.set(!quorum, now);
  if (leader_ != sim::no_machine || !quorum || electing_) return;
  electing_ = true;
  sim::spawn(sim::no_machine, elect());
}

/// It takes a while until the others miss their leader; then the first of them that can asks all for their votes. As long as
/// nobody can, nobody asks: connections_changed() begins again.
sim::Task<void> Coordination::elect() {
  while (leader_ == sim::no_machine) {
    co_await sim::sleep(context_.world.scheduler,
                        sim::to_duration(context_.scenario.control.coordination.election_timeout));
    const sim::MachineIndex elected = candidate();
    if (elected == sim::no_machine) break;
    const sim::Reply votes = co_await ask_all(elected, {});
    if (votes.outcome != sim::Outcome::ok || !reaches_majority(elected)) continue;
    leader_ = elected;
    ++term_;
    ++leader_changes_;
    leaderless_.set(false, context_.world.scheduler.now());
    if (leader_changed_) leader_changed_();
  }
  electing_ = false;
}

/// Itself among them.
sim::Call Coordination::ask_all(sim::MachineIndex from, spec::Bytes content) {
  std::array<sim::LegOptions, sim::Rpc::most_legs> legs;
  Hops hops = context_.hops(Stream::coordination, requests_++);
  for (std::uint32_t i = 0; i < tier_.machines(); ++i) legs[i] = tier_.leg(tier_.machine(i), hops);
  sim::CallOptions request =
      tier_.request(from, Step::coordinate, context_.bytes(content), context_.bytes(spec::Bytes{0}));
  request.needed = static_cast<std::uint8_t>(majority());
  return context_.world.rpc.call(request, legs.data(), tier_.machines());
}

sim::Call Coordination::append(std::uint32_t entries) {
  CHATSIM_CHECK(leader_ != sim::no_machine, "nobody can append {} entries", entries);
  return ask_all(leader_, static_cast<double>(entries) * entry);
}

void Coordination::begin_measuring() {
  const sim::Time now = context_.world.scheduler.now();
  leader_changes_ = 0;
  leaderless_.clear(now);
  no_quorum_.clear(now);
}

}  // namespace chatsim::models
