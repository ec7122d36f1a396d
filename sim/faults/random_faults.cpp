#include "sim/faults/random_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/kernel/random/fast_math.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::sim {

namespace {

/// What the failures of one kind of element are drawn from.
struct Kind {
  const spec::FailureProcess& process;
  spec::FaultKind fault;
  spec::FaultData data;
  std::uint64_t elements;
  const char* name;  ///< nullptr: machines.
};

class Drawing {
 public:
  Drawing(const World& world, const spec::Faults& faults, spec::Seconds duration, RandomKey random, std::uint32_t stream)
      : world_(world), burst_(faults.random.burst), duration_(duration), random_(random), stream_(stream) {}

  void draw(const Kind& kind) {
    if (!kind.process.time_to_failure || kind.elements == 0) return;
    const double mean_gap_s = kind.process.time_to_failure->value() / static_cast<double>(kind.elements);
    const Sampler repair(kind.process.time_to_repair);
    double at = 0;
    for (std::uint32_t number = 0;; ++number) {
      const Draw draw = next(kind, number, 0);
      at += negative_log(draw.bits64(0)) * mean_gap_s;
      if (at >= duration_.value()) return;
      const auto element = static_cast<std::uint64_t>(draw.uniform64(1) * static_cast<double>(kind.elements));
      add(kind, spec::Seconds{at}, element, repair.sample(next(kind, number, 1)));
      if (kind.name == nullptr) burst(kind, number, spec::Seconds{at}, static_cast<MachineIndex>(element), repair);
    }
  }

  std::vector<spec::Fault> sorted() && {
    std::stable_sort(drawn_.begin(), drawn_.end(),
                     [](const spec::Fault& a, const spec::Fault& b) { return a.at < b.at; });
    return std::move(drawn_);
  }

 private:
  Draw next(const Kind& kind, std::uint32_t number, std::uint32_t step) const {
    const auto tag = static_cast<std::uint64_t>(kind.fault) << 1 | static_cast<std::uint64_t>(kind.data);
    const std::uint64_t which = kind.name == nullptr ? 0 : static_cast<std::uint64_t>(kind.name[1]);
    return {random_, stream_, tag << 48 | which << 40 | number, step};
  }

  void add(const Kind& kind, spec::Seconds at, std::uint64_t element, Duration repair) {
    spec::Fault fault;
    fault.kind = kind.fault;
    fault.at = at;
    fault.lasts = to_seconds(repair);
    fault.data = kind.data;
    fault.target = kind.name != nullptr ? fmt::format("{} {}", kind.name, element)
                                        : name_of(static_cast<MachineIndex>(element));
    drawn_.push_back(std::move(fault));
  }

  std::string name_of(MachineIndex machine) const {
    const TierIndex tier = world_.fleet[machine].tier;
    return fmt::format("{} {}", world_.fleet.options(tier).name, machine - world_.fleet.first(tier));
  }

  /// Further machines, of the same domain.
  void burst(const Kind& kind, std::uint32_t number, spec::Seconds at, MachineIndex first, const Sampler& repair) {
    if (next(kind, number, 2).uniform64(0) >= burst_.probability.value()) return;
    // Geometric from 1 on, with that mean.
    const double more = burst_.machines > 1
                            ? 1 + std::floor(negative_log(next(kind, number, 2).bits64(1)) /
                                             -std::log1p(-1 / burst_.machines))
                            : 1;
    const std::vector<MachineIndex> near = neighbours(first);
    for (std::uint32_t i = 0; i < more && !near.empty(); ++i) {
      const Draw draw = next(kind, number, 3 + 2 * i);
      const auto which = static_cast<std::size_t>(draw.uniform64(0) * static_cast<double>(near.size()));
      const spec::Seconds when = at + draw.uniform64(1) * burst_.within;
      if (when < duration_) add(kind, when, near[which], repair.sample(next(kind, number, 4 + 2 * i)));
    }
  }

  std::vector<MachineIndex> neighbours(MachineIndex first) const {
    const auto domain_of = [&](MachineIndex machine) -> std::uint32_t {
      const FailureDomains domain = world_.fleet.domain(machine);
      switch (burst_.scope) {
        case spec::FailureDomain::rack:
          return domain.rack;
        case spec::FailureDomain::pod:
          return domain.pod;
        case spec::FailureDomain::datacenter:
          return domain.datacenter;
        case spec::FailureDomain::host:
          break;
      }
      return 0;
    };
    std::vector<MachineIndex> near;
    for (MachineIndex machine = 0; machine < world_.fleet.size(); ++machine) {
      if (machine != first && domain_of(machine) == domain_of(first)) near.push_back(machine);
    }
    return near;
  }

  const World& world_;
  const spec::FailureBurst& burst_;
  spec::Seconds duration_;
  RandomKey random_;
  std::uint32_t stream_;
  std::vector<spec::Fault> drawn_;
};

}  // namespace

std::vector<spec::Fault> draw_faults(const World& world, const spec::Faults& faults, spec::Seconds duration, RandomKey random,
                                     std::uint32_t stream) {
  using spec::FaultData;
  using spec::FaultKind;
  const spec::RandomFaults& spec = faults.random;
  const Platform& platform = world.platform;
  const std::uint64_t machines = world.fleet.size();
  Drawing drawing(world, faults, duration, random, stream);
  drawing.draw({spec.machine, FaultKind::crash, FaultData::kept, machines, nullptr});
  drawing.draw({spec.disk, FaultKind::crash, FaultData::lost, machines, nullptr});
  drawing.draw({spec.rack, FaultKind::unplug, FaultData::kept, platform.racks(), "rack"});
  drawing.draw({spec.pod, FaultKind::unplug, FaultData::kept, platform.pods(), "pod"});
  drawing.draw({spec.power, FaultKind::crash, FaultData::kept, static_cast<std::uint64_t>(faults.power_domains), "power"});
  return std::move(drawing).sorted();
}

}  // namespace chatsim::sim
