#include "models/checks/convergence.hpp"

namespace chatsim::models {

Convergence::Convergence(sim::World& world, sim::Duration grace, std::vector<const Store*> tables)
    : world_(world), grace_(grace), tables_(std::move(tables)) {
  recent_.push_back(mark());
  world.platform.on_connectivity_changed([this] { disturbed(); });
}

Convergence::Mark Convergence::mark() const {
  Mark mark{world_.scheduler.now(), {}};
  for (const Store* table : tables_) mark.versions.push_back(table->versions().last_version());
  return mark;
}

/// What changes at one instant, the links of a rack, is one disturbance.
void Convergence::disturbed() {
  if (disturbances_ > 0 && last_.at == world_.scheduler.now()) return;
  ++disturbances_;
  last_ = mark();
  converged_ = false;
}

void Convergence::look() {
  const sim::Time now = world_.scheduler.now();
  recent_.push_back(mark());
  while (recent_.size() > 1 && now - recent_[1].at >= grace_) recent_.pop_front();
  if (disturbances_ == 0 || converged_ || !agree_on_what_was_before(last_)) return;
  converged_ = true;
  converged_at_ = now;
}

bool Convergence::agree_on_what_was_before(const Mark& mark) const {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i]->versions().rows_lagging_since(mark.versions[i]) > 0) return false;
  }
  return true;
}

std::uint64_t Convergence::divergent_rows(std::size_t table) const {
  const Mark& mark = recent_.front();
  if (world_.scheduler.now() - mark.at < grace_) return 0;
  return tables_[table]->versions().rows_lagging_since(mark.versions[table]);
}

spec::Seconds Convergence::quiet_for() const {
  return disturbances_ == 0 ? spec::Seconds{HUGE_VAL} : sim::to_seconds(world_.scheduler.now() - last_.at);
}

spec::ConvergenceReport Convergence::report() const {
  spec::ConvergenceReport report{.disturbances = disturbances_};
  for (std::size_t table = 0; table < tables_.size(); ++table) report.divergent_rows += divergent_rows(table);
  if (disturbances_ > 0) report.last_disturbance_s = sim::to_seconds(last_.at).value();
  if (converged_) report.converged_after_s = sim::to_seconds(converged_at_ - last_.at).value();
  return report;
}

}  // namespace chatsim::models
