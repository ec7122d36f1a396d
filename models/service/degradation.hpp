#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "scenarios/spec/degradation.hpp"
#include "sim/kernel/task.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {

/// Whether the service is overloaded, and what it leaves out then:
///
///     wait     ____/-----------\____________
///     level    0   1 presence  ....calm.... 0      2: receipts too, 3: pictures too
///
/// How long requests wait follows from how many wait and how many are served (Little's law), tier by tier.
class Degradation {
 public:
  /// In the order in which they are given up.
  enum Level : std::uint8_t { nothing, presence, receipts, pictures, levels };

  Degradation(sim::World& world, const spec::Degradation& spec) : world_(world), spec_(spec) {}
  Degradation(const Degradation&) = delete;
  Degradation& operator=(const Degradation&) = delete;

  /// Begins to look, if it is to be done and is not yet: also when that has changed.
  void start();

  /// Whether that is left out now; then it is counted.
  bool leaves_out(Level what, double count = 1) {
    if (level_ < what) [[likely]]
      return false;
    left_out_[what] += count;
    return true;
  }

  void begin_measuring();
  double left_out(Level what) const { return left_out_[what]; }
  /// Seconds at this level or above.
  double seconds_at(Level level) const;
  Level level() const { return level_; }

 private:
  sim::Task<void> look_regularly();
  spec::Seconds longest_wait();
  void set(Level level);

  sim::World& world_;
  const spec::Degradation& spec_;
  Level level_ = nothing;
  bool looking_ = false;
  sim::Time calm_since_{};
  std::vector<std::uint64_t> completed_;  // By tier, when it was looked at last.
  std::array<double, levels> left_out_{};
  std::array<double, levels> seconds_{};
  sim::Time counted_{};
};

}  // namespace chatsim::models
