#pragma once

#include "models/gateway/gateway.hpp"
#include "models/group/group.hpp"
#include "models/profile/profile.hpp"

namespace chatsim::models {

/// Users create, join and leave groups, sign up and change their name or picture: Poisson processes that follow the daily
/// curve.
class Changes {
 public:
  Changes(Context& context, Directory& directory, Gateway& gateways, Group& groups, Profile& profiles);

  void start();

  struct Counts {
    std::uint64_t groups_created = 0, joined = 0, left = 0, refused = 0;
    std::uint64_t profiles_created = 0, profiles_updated = 0;
  };
  const Counts& counts() const { return counts_; }
  void begin_measuring() { counts_ = {}; }

  sim::Task<void> change_group(std::uint64_t number);
  sim::Task<void> change_profile(std::uint64_t number);

 private:
  /// Of what is done, one in this many is something new.
  static constexpr double new_share = 1.0 / 20;
  enum class What : std::uint8_t { group, profile };

  sim::Task<void> run(What what, double per_day);
  sim::Task<sim::Outcome> taken_by_gateway(sim::MachineIndex machine, Step step, sim::Draw draw);

  Context& context_;
  Directory& directory_;
  Gateway& gateways_;
  Group& groups_;
  Profile& profiles_;
  sim::Sampler group_size_;
  Counts counts_;
};

}  // namespace chatsim::models
