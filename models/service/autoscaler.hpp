#pragma once

#include <deque>

#include "models/service/app_tier.hpp"
#include "scenarios/spec/autoscaler.hpp"
#include "scenarios/spec/autoscaling_summary.hpp"

namespace chatsim::models {

/// Takes machines of a tier into service and out of it, by how busy they were:
///
///     looks:   |      |      |      |
///     wanted = machines x utilisation / target, if that is far enough from what there is
///     more:    they take requests a provisioning time later
///     fewer:   at once, but not below what was wanted at any look within the calm time before
///
/// It knows what its machines do, and not why: who waits for something that is slow elsewhere looks idle.
class Autoscaler {
 public:
  Autoscaler(Context& context, AppTier& tier, const spec::Autoscaler& spec);

  /// Begins to look, if it is to be done and is not yet: also when that has changed. When it is not to be done any more, what is in
  /// service stays.
  void start();
  void begin_measuring();
  spec::AutoscalingSummary summary() const;

 private:
  struct Want {
    sim::Time at;
    std::uint32_t machines;
  };

  sim::Task<void> look_regularly();
  sim::Task<void> add_later(std::uint32_t machines);
  void look();
  double utilisation_since_last_look();
  void set(std::uint32_t machines);

  Context& context_;
  AppTier& tier_;
  const spec::Autoscaler& spec_;
  std::uint32_t ordered_ = 0;  // In service, and on their way.
  std::deque<Want> wanted_;    // Within the calm time.
  sim::Time looked_{};
  double busy_area_ns_ = 0;
  sim::Duration core_time_{};

  bool looking_ = false;
  std::uint64_t ups_ = 0, downs_ = 0;
  std::uint32_t least_ = 0, most_ = 0;
  double machine_seconds_ = 0;
  sim::Time counted_{}, measured_since_{};
};

}  // namespace chatsim::models
