#include "models/service/membership.hpp"

#include <algorithm>

namespace chatsim::models {

void Membership::follow_list(const sim::Scheduler& scheduler, const Options& options) {
  CHATSIM_CHECK(options.refresh_every > sim::Duration{}, "the list is read every {} ns", options.refresh_every.count());
  scheduler_ = &scheduler;
  options_ = options;
  quiet_ = true;
}

bool Membership::list(sim::MachineIndex machine, bool up) {
  if (listed_up(machine) == up) return false;
  if (views_.empty()) views_.resize(fleet_.size());
  View& view = views_[machine];
  view.up = up;
  up ? --listed_down_ : ++listed_down_;
  const sim::Time now = scheduler_->now();
  // Everybody has read what is older, unless somebody is cut off.
  if (cut_off_ == 0 && now >= disturbed_until_) view.changes.clear();
  if (view.changes.size() == most_changes) view.changes.erase(view.changes.begin());
  view.changes.push_back(now);
  disturbed_until_ = now + options_.refresh_every;
  quiet_ = false;
  return true;
}

void Membership::cut_off(sim::MachineIndex viewer) {
  if (absences_.empty()) absences_.resize(fleet_.size());
  Absence& absence = absences_[viewer];
  CHATSIM_CHECK(absence.until != sim::time_never, "machine {} is cut off already", viewer);
  const sim::Time now = scheduler_->now();
  // It may not have read anything since it was cut off before.
  if (absence.from == sim::time_never || read_before(viewer, now) >= absence.until) absence.from = now;
  absence.until = sim::time_never;
  ++cut_off_;
  quiet_ = false;
}

void Membership::joined(sim::MachineIndex viewer) {
  const sim::Time now = scheduler_->now();
  absences_[viewer].until = now;
  --cut_off_;
  disturbed_until_ = std::max(disturbed_until_, now + options_.refresh_every);
}

/// The last instant at or before `when` at which this viewer means to read.
sim::Time Membership::read_before(sim::MachineIndex viewer, sim::Time when) const {
  const auto every = options_.refresh_every.count();
  const auto phase = static_cast<sim::Duration::rep>(
      sim::Draw(options_.random, options_.stream, viewer).below(static_cast<std::uint64_t>(every), 1));
  auto since = (when.time_since_epoch().count() - phase) % every;
  if (since < 0) since += every;
  return when - sim::Duration{since};
}

sim::Time Membership::last_read(sim::MachineIndex viewer) const {
  const sim::Time read = read_before(viewer, scheduler_->now());
  if (absences_.empty()) return read;
  const Absence& absence = absences_[viewer];
  return read >= absence.from && read < absence.until ? read_before(viewer, absence.from) : read;
}

bool Membership::looks_up(sim::MachineIndex viewer, sim::MachineIndex machine) const {
  if (scheduler_ == nullptr || viewer == sim::no_machine || viewer == machine) return fleet_[machine].up;
  const bool all_have_read = cut_off_ == 0 && scheduler_->now() >= disturbed_until_;
  if (all_have_read && down_ == 0 && listed_down_ == 0) {
    quiet_ = true;
    return true;
  }
  if (views_.empty()) return true;
  const View& view = views_[machine];
  if (all_have_read || view.changes.empty()) return view.up;
  const sim::Time read = last_read(viewer);
  const auto later = view.changes.end() - std::upper_bound(view.changes.begin(), view.changes.end(), read);
  return view.up != (later % 2 != 0);
}

}  // namespace chatsim::models
