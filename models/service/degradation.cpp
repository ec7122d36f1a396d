#include "models/service/degradation.hpp"

#include <algorithm>

namespace chatsim::models {

void Degradation::start() {
  if (!spec_.on() || looking_) return;
  looking_ = true;
  sim::spawn(sim::no_machine, look_regularly());
}

sim::Task<void> Degradation::look_regularly() {
  calm_since_ = world_.scheduler.now();
  while (true) {
    co_await sim::sleep(world_.scheduler, sim::to_duration(spec_.every));
    if (!spec_.on()) break;
    const spec::Seconds wait = longest_wait();
    const sim::Time now = world_.scheduler.now();
    const auto level_for = [&](spec::Seconds measured) {
      return measured > spec_.pictures_above   ? pictures
             : measured > spec_.receipts_above ? receipts
             : measured > spec_.presence_above ? presence
                                               : nothing;
    };
    if (const Level wanted = level_for(wait); wanted > level_) set(wanted);
    if (level_for(2 * wait) >= level_) {
      calm_since_ = now;
    } else if (now - calm_since_ >= sim::to_duration(spec_.calm)) {
      set(static_cast<Level>(level_ - 1));
      calm_since_ = now;
    }
  }
  set(nothing);
  looking_ = false;
}

spec::Seconds Degradation::longest_wait() {
  spec::Seconds longest{0};
  completed_.resize(world_.fleet.tiers());
  for (std::uint32_t tier = 0; tier < world_.fleet.tiers(); ++tier) {
    const sim::TierStatistics& statistics = world_.fleet.statistics(static_cast<sim::TierIndex>(tier));
    // They begin anew when measuring begins.
    const std::uint64_t before = statistics.completed < completed_[tier] ? 0 : completed_[tier];
    const auto served = static_cast<double>(statistics.completed - before);
    completed_[tier] = statistics.completed;
    if (statistics.waiting == 0) continue;
    longest = std::max(longest, static_cast<double>(statistics.waiting) / std::max(1.0, served) * spec_.every);
  }
  return longest;
}

void Degradation::set(Level level) {
  const sim::Time now = world_.scheduler.now();
  for (std::size_t one = presence; one <= level_; ++one) seconds_[one] += sim::to_seconds(now - counted_).value();
  counted_ = now;
  level_ = level;
}

double Degradation::seconds_at(Level level) const {
  const double since = level <= level_ ? sim::to_seconds(world_.scheduler.now() - counted_).value() : 0;
  return seconds_[level] + since;
}

void Degradation::begin_measuring() {
  left_out_ = {};
  seconds_ = {};
  counted_ = world_.scheduler.now();
}

}  // namespace chatsim::models
