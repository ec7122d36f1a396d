#pragma once

#include <string>

#include "models/service/context.hpp"
#include "scenarios/spec/services.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// A tier of equal machines that serve requests, as a service sees it: "just round robin requests" (document, step 4c).
class AppTier {
 public:
  AppTier(Context& context, const std::string& name, const spec::Tier& tier);

  sim::TierIndex index() const { return index_; }
  std::uint32_t machines() const { return machines_; }
  sim::MachineIndex machine(std::uint64_t number) const { return first_ + static_cast<sim::MachineIndex>(number); }

  /// The next machine in turn that `client` believes to be up. (All down: one of them, and the caller learns.)
  /// Of several regions: of the client's, or if all are down there, of the next one after it.
  sim::MachineIndex next(sim::MachineIndex client) {
    if (!context_.regions.one()) [[unlikely]] {
      return next_in(client != sim::no_machine ? context_.regions.of(client) : next_region(), client);
    }
    return next_of_all(client);
  }
  /// The same from a region, if there are several.
  sim::MachineIndex next_in(std::uint32_t region, sim::MachineIndex client);

  float cpu_share() const { return cpu_share_; }
  sim::Duration service_time(const sim::Draw& draw) const { return service_time_.sample(draw); }
  sim::LegOptions leg(sim::MachineIndex machine, Hops& hops) const { return {machine, service_time(hops.next())}; }

  /// A request to this tier; step, client and sizes filled in, the rest as the tier says.
  sim::CallOptions request(sim::MachineIndex client, Step step, std::uint32_t request_bytes,
                           std::uint32_t reply_bytes) const {
    return {.client = client,
            .step = static_cast<std::uint8_t>(step),
            .cpu_share = cpu_share_,
            .request_bytes = request_bytes,
            .reply_bytes = reply_bytes,
            .timeout = context_.timeout()};
  }

 private:
  sim::MachineIndex next_of_all(sim::MachineIndex client);
  /// For who is nowhere.
  std::uint32_t next_region() { return turn_ = (turn_ + 1) % context_.regions.count(); }

  Context& context_;
  sim::TierIndex index_;
  sim::MachineIndex first_;
  std::uint32_t machines_;
  std::uint32_t turn_ = 0;
  MachinesByRegion by_region_;
  std::vector<std::uint32_t> turn_in_;  // By region.
  float cpu_share_;
  sim::Sampler service_time_;
};

}  // namespace chatsim::models
