#pragma once

#include <string>

#include "models/service/context.hpp"
#include "scenarios/spec/services.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// A tier of equal machines that serve requests, as a service sees it: "just round robin requests" (document, step 4c),
/// or another way to choose.
class AppTier {
 public:
  AppTier(Context& context, const std::string& name, const spec::Tier& tier);

  /// The tier goes on as a scenario says that differs in what may change while it serves (spec::live_fields).
  void reconfigure(const spec::Tier& tier);

  sim::TierIndex index() const { return index_; }
  std::uint32_t machines() const { return machines_; }
  sim::MachineIndex machine(std::uint64_t number) const { return first_ + static_cast<sim::MachineIndex>(number); }

  /// Only the first so many machines get requests from now on, of several regions as large a part of those of each.
  void set_in_service(std::uint32_t machines) {
    CHATSIM_CHECK(machines > 0 && machines <= machines_, "{} of {} machines in service", machines, machines_);
    in_service_ = machines;
  }
  std::uint32_t in_service() const { return in_service_; }

  /// Who gets the next request, of those that `client` believes to be up: of its own region, or if all are down there, of
  /// the next one after it. (All down: one of them, and the caller learns.)
  ///
  /// By turns, as the document has it, costs nothing. least_outstanding looks at machines from the one in turn on until it
  /// finds an idle one, in the worst case at the whole tier, and so breaks ties by turns. Outstanding are requests that
  /// wait or hold a thread, from when they are sent within a datacenter: of all clients, as if they told each other. A dead
  /// machine has none, so that who does not know yet that it is dead likes it best.
  sim::MachineIndex next(sim::MachineIndex client) {
    if (!context_.regions.one()) [[unlikely]] {
      return next_in(client != sim::no_machine ? context_.regions.of(client) : next_region(), client);
    }
    const sim::MachineIndex found = choose({in_service_, 0, 1, &turn_}, client);
    return found != sim::no_machine ? found : first_ + turn_;
  }
  /// The same from a region, if there are several.
  sim::MachineIndex next_in(std::uint32_t region, sim::MachineIndex client);

  float cpu_share() const { return cpu_share_; }
  sim::Duration service_time(const sim::Draw& draw) const { return service_time_.sample(draw); }
  sim::LegOptions leg(sim::MachineIndex machine, Hops& hops) const {
    context_.world.fleet.prefetch_for_request(machine);
    sim::LegOptions leg{machine, service_time(hops.next())};
    if (context_.jitter.on()) [[unlikely]] leg.delays = hops.delays(context_.jitter);
    return leg;
  }

  /// A request to this tier; step, client and sizes filled in, the rest as the tier says.
  sim::CallOptions request(sim::MachineIndex client, Step step, std::uint32_t request_bytes, std::uint32_t reply_bytes,
                           Deadline deadline = {}, std::uint64_t trace = 0) const {
    return {.client = client,
            .step = static_cast<std::uint8_t>(step),
            .cpu_share = cpu_share_,
            .request_bytes = request_bytes,
            .reply_bytes = reply_bytes,
            .timeout = context_.timeout(deadline),
            .trace = trace};
  }

 private:
  /// Those that are chosen from: all machines, or those of a region.
  struct Pool {
    std::uint32_t size, first, step;
    std::uint32_t* turn;
  };
  sim::MachineIndex machine_of(const Pool& pool, std::uint32_t i) const { return first_ + pool.first + i * pool.step; }
  /// no_machine if all are believed to be down.
  sim::MachineIndex choose(const Pool& pool, sim::MachineIndex client);
  sim::MachineIndex in_turn(const Pool& pool, sim::MachineIndex client);
  sim::MachineIndex at_random(const Pool& pool, sim::MachineIndex client);
  sim::MachineIndex least_outstanding(const Pool& pool, sim::MachineIndex client);
  std::uint32_t outstanding(sim::MachineIndex machine) const {
    const sim::Machine& state = context_.world.fleet[machine];
    return state.busy + state.queue_length;
  }
  /// For who is nowhere.
  std::uint32_t next_region() { return turn_ = (turn_ + 1) % context_.regions.count(); }

  Context& context_;
  sim::TierIndex index_;
  sim::MachineIndex first_;
  std::uint32_t machines_;
  std::uint32_t in_service_;
  std::uint32_t turn_ = 0;
  spec::Balancing balancing_;
  std::uint64_t choices_ = 0;  // Made at random.
  MachinesByRegion by_region_;
  std::vector<std::uint32_t> turn_in_;  // By region.
  float cpu_share_;
  sim::Sampler service_time_;
};

}  // namespace chatsim::models
