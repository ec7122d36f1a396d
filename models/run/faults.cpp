#include "models/checks/promises.hpp"
#include "models/run/chat_service.hpp"
#include "sim/faults/random_faults.hpp"

namespace chatsim::models {

// What breaks, and how the service heals: ChatService's part in sim/faults.

Store& ChatService::table(const std::string& name) {
  for (Store* store : tables()) {
    if (store->name() == name) return *store;
  }
  CHATSIM_CHECK(false, "there is no table {}", name);
}

sim::FaultHooks ChatService::fault_hooks() {
  const auto store_of = [this](sim::MachineIndex machine) -> Store* {
    for (Store* store : tables()) {
      if (store->tier() == world_.fleet[machine].tier) return store;
    }
    return nullptr;
  };
  return {.replicas_of =
              [this](const std::string& name, std::uint64_t row) {
                const Store& store = table(name);
                const HashRing::Replicas replicas = store.shard(row).replicas;
                std::vector<sim::MachineIndex> machines;
                for (std::uint32_t i = 0; i < store.ring().replication(); ++i)
                  machines.push_back(store.machine(replicas[i]));
                return machines;
              },
          .data_lost =
              [store_of](sim::MachineIndex machine) {
                if (Store* store = store_of(machine)) store->lose_data(machine);
              },
          .disk_full =
              [store_of](sim::MachineIndex machine, bool full) {
                if (Store* store = store_of(machine)) store->set_disk_full(machine, full);
              },
          .flush_caches = [this] { profiles_.flush(); },
          .stuck_control = [this](bool stuck) { control_.stick(stuck); },
          .load = [this](double factor, sim::Duration rise) { traffic_.multiply_load(factor, rise); },
          .drain =
              [this](sim::MachineIndex machine, sim::Duration before) {
                control_.leave(machine);
                sessions_.send_away(machine, before);
              },
          .drained = [this](sim::MachineIndex machine) { sessions_.welcome(machine); }};
}

void ChatService::make_faults() {
  const spec::Scenario& scenario = context_.scenario;
  std::vector<spec::Fault> faults = scenario.faults.timetable;
  const std::vector<spec::Fault> drawn =
      sim::draw_faults(world_, scenario.faults, scenario.simulation.duration, context_.random,
                       static_cast<std::uint32_t>(Stream::faults));
  faults.insert(faults.end(), drawn.begin(), drawn.end());
  faults_ = std::make_unique<sim::FaultTimetable>(world_, std::move(faults),
                                                  static_cast<std::uint32_t>(scenario.faults.power_domains), fault_hooks());
  incidents_ = std::make_unique<Incidents>(context_, *faults_);
}

void ChatService::heal() {
  traffic_.stop();
  if (faults_ != nullptr) faults_->end_all();
  healed_at_ = world_.scheduler.now();
  checks_.heal();
  versions_at_end_.clear();
  for (const Store* store : tables()) versions_at_end_.push_back(store->versions().last_version());
}

spec::SettleReport ChatService::left_open() const {
  const auto count = [](std::int64_t number) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number)); };
  spec::SettleReport report{.demanded = true};
  report.messages_open = count(context_.ledger.messages_open());
  report.deliveries_open = count(context_.ledger.deliveries_open());
  report.left_behind = messaging_.left_behind();
  const Store* tables[] = {&messages_, &conversations_, &members_, &profile_rows_};
  for (std::size_t i = 0; i < versions_at_end_.size(); ++i) {
    const Store& store = *tables[i];
    const auto repaired_within = guarantees_of(store.options()).repaired_within;
    if (repaired_within && *repaired_within <= context_.scenario.faults.settle)
      report.divergent_rows += store.versions().rows_lagging_since(versions_at_end_[i]);
    if (store.leaders() != nullptr) report.leaderless_ranges += store.leaders()->leaderless();
  }
  for (sim::MachineIndex machine = 0; machine < world_.fleet.size(); ++machine)
    report.listed_down += world_.fleet[machine].up && !context_.membership.listed_up(machine);
  for (std::uint32_t tier = 0; tier < world_.fleet.tiers(); ++tier)
    report.overloaded_tiers += checks_.is_overloaded(static_cast<sim::TierIndex>(tier));
  report.settled = report.messages_open + report.deliveries_open + report.left_behind + report.divergent_rows +
                       report.leaderless_ranges + report.listed_down ==
                   0;
  if (report.settled) report.after_s = sim::to_seconds(world_.scheduler.now() - healed_at_).value();
  return report;
}

void ChatService::report_settled(spec::Result& result) const {
  result.settle = left_open();
  checks_.report(result);
}

}  // namespace chatsim::models
