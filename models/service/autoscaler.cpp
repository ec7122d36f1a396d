#include "models/service/autoscaler.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

Autoscaler::Autoscaler(Context& context, AppTier& tier, const spec::Autoscaler& spec)
    : context_(context), tier_(tier), spec_(spec) {
  if (!spec.on()) return;
  const auto at_start = static_cast<std::uint32_t>(spec.machines_at_start);
  ordered_ = at_start == 0 ? tier.machines() : std::min(at_start, tier.machines());
  tier.set_in_service(ordered_);
  least_ = most_ = ordered_;
}

void Autoscaler::start() {
  if (!spec_.on() || looking_) return;
  looking_ = true;
  looked_ = context_.world.scheduler.now();
  ordered_ = tier_.in_service();
  sim::spawn(sim::no_machine, look_regularly());
}

sim::Task<void> Autoscaler::look_regularly() {
  while (true) {
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec_.every));
    if (!spec_.on()) break;
    look();
  }
  looking_ = false;
}

/// Of threads or cores, whichever is higher, of the machines that were in service.
double Autoscaler::utilisation_since_last_look() {
  const sim::Time now = context_.world.scheduler.now();
  sim::TierStatistics& statistics = context_.world.fleet.statistics(tier_.index());
  statistics.advance(now);
  const sim::TierOptions& options = context_.world.fleet.options(tier_.index());
  const double elapsed_ns = static_cast<double>((now - looked_).count()) * tier_.in_service();
  // Statistics begin anew when measuring begins.
  const bool began_anew = statistics.busy_area_ns < busy_area_ns_ || statistics.core_time < core_time_;
  const double busy = statistics.busy_area_ns - (began_anew ? 0 : busy_area_ns_);
  const sim::Duration computed = statistics.core_time - (began_anew ? sim::Duration{} : core_time_);
  busy_area_ns_ = statistics.busy_area_ns;
  core_time_ = statistics.core_time;
  looked_ = now;
  return std::max(busy / (elapsed_ns * options.threads),
                  static_cast<double>(computed.count()) / (elapsed_ns * options.cores));
}

void Autoscaler::look() {
  const double utilisation = utilisation_since_last_look();
  const double relative = utilisation / spec_.target.value();
  const std::uint32_t serving = tier_.in_service();
  double wanted = ordered_;
  if (std::abs(relative - 1) > spec_.tolerance.value()) wanted = std::ceil(serving * relative);
  const double least = std::min<double>(spec_.machines_min, tier_.machines());
  const auto machines = static_cast<std::uint32_t>(std::clamp(wanted, least, static_cast<double>(tier_.machines())));

  const sim::Time now = context_.world.scheduler.now();
  wanted_.push_back({now, machines});
  while (now - wanted_.front().at > sim::to_duration(spec_.calm)) wanted_.pop_front();
  if (machines > ordered_) {
    ++ups_;
    sim::spawn(sim::no_machine, add_later(machines - ordered_));
    ordered_ = machines;
    return;
  }
  const auto most = std::max_element(wanted_.begin(), wanted_.end(),
                                     [](const Want& a, const Want& b) { return a.machines < b.machines; });
  if (most->machines >= ordered_) return;
  // Those that are on their way come all the same, but do not serve yet.
  const auto floor = static_cast<std::uint32_t>(least);
  if (serving <= floor) return;
  const std::uint32_t leave = std::min(ordered_ - most->machines, serving - floor);
  ++downs_;
  ordered_ -= leave;
  set(serving - leave);
}

sim::Task<void> Autoscaler::add_later(std::uint32_t machines) {
  co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec_.provisioning));
  set(std::min(tier_.in_service() + machines, tier_.machines()));
}

void Autoscaler::set(std::uint32_t machines) {
  const sim::Time now = context_.world.scheduler.now();
  machine_seconds_ += sim::to_seconds(now - counted_).value() * tier_.in_service();
  counted_ = now;
  tier_.set_in_service(machines);
  least_ = std::min(least_, machines);
  most_ = std::max(most_, machines);
}

void Autoscaler::begin_measuring() {
  ups_ = downs_ = 0;
  least_ = most_ = tier_.in_service();
  machine_seconds_ = 0;
  counted_ = measured_since_ = context_.world.scheduler.now();
}

spec::AutoscalingSummary Autoscaler::summary() const {
  const sim::Time now = context_.world.scheduler.now();
  const double seconds = sim::to_seconds(now - measured_since_).value();
  const double machine_seconds =
      machine_seconds_ + sim::to_seconds(now - counted_).value() * tier_.in_service();
  return {.name = context_.world.fleet.options(tier_.index()).name,
          .ups = ups_,
          .downs = downs_,
          .machines_least = least_,
          .machines_most = most_,
          .machines_mean = seconds > 0 ? machine_seconds / seconds : tier_.in_service()};
}

}  // namespace chatsim::models
