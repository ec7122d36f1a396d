#include "planner/blame/hop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace chatsim::planner {

namespace {

using Kind = Hop::Kind;
using Use = spec::WayPart::Use;
using PartKind = spec::WayPart::Kind;

struct KindName {
  Kind kind;
  const char* name;
};
constexpr std::array names{KindName{Kind::wire, "wire"},
                           KindName{Kind::wan, "wire between regions"},
                           KindName{Kind::place, "queue for a place in the fan-out"},
                           KindName{Kind::lease, "queue for another's read of the profile"},
                           KindName{Kind::held, "queue at the recipient's gateway"},
                           KindName{Kind::retry_pause, "retry: pause before sending again"},
                           KindName{Kind::failed, "retry: calls that failed"},
                           KindName{Kind::other, "other"}};
constexpr std::string_view queue_of = "queue of ", service_of = "service of ", read = " (read)", write = " (write)",
                           beside = " (other)";

Hop hop_of_pause(PartKind kind) {
  switch (kind) {
    case PartKind::failed:
      return {.kind = Kind::failed, .tier = {}};
    case PartKind::retry_pause:
      return {.kind = Kind::retry_pause, .tier = {}};
    case PartKind::lease_pause:
      return {.kind = Kind::lease, .tier = {}};
    case PartKind::held:
      return {.kind = Kind::held, .tier = {}};
    default:
      return {};
  }
}

}  // namespace

std::string name_of(const Hop& hop) {
  if (hop.kind == Kind::queue) return fmt::format("{}{}", queue_of, hop.tier);
  if (hop.kind == Kind::service) {
    const std::string_view use = hop.use == Use::read    ? read
                                 : hop.use == Use::write ? write
                                 : hop.use == Use::other ? beside
                                                         : "";
    return fmt::format("{}{}{}", service_of, hop.tier, use);
  }
  return std::find_if(names.begin(), names.end(), [&](const KindName& entry) { return entry.kind == hop.kind; })->name;
}

std::optional<Hop> find_hop(const std::string& name) {
  for (const KindName& entry : names) {
    if (name == entry.name) return Hop{.kind = entry.kind, .tier = {}};
  }
  if (name.starts_with(queue_of)) return Hop{.kind = Kind::queue, .tier = name.substr(queue_of.size())};
  if (!name.starts_with(service_of)) return std::nullopt;
  const std::string tier = name.substr(service_of.size());
  for (const auto& [suffix, use] :
       {std::pair(read, Use::read), std::pair(write, Use::write), std::pair(beside, Use::other)}) {
    if (tier.ends_with(suffix)) return Hop{Kind::service, tier.substr(0, tier.size() - suffix.size()), use};
  }
  return Hop{Kind::service, tier, Use::service};
}

std::size_t deciding_leg(const std::vector<double>& totals, std::size_t needed) {
  std::vector<std::size_t> order(totals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto decides = order.begin() + static_cast<std::ptrdiff_t>(needed) - 1;
  std::nth_element(order.begin(), decides, order.end(),
                   [&](std::size_t a, std::size_t b) { return std::pair(totals[a], a) < std::pair(totals[b], b); });
  return *decides;
}

void for_each_hop(const spec::Traces& traces, const spec::Way& way,
                  const std::function<void(const Hop& hop, double ns)>& take) {
  const auto on_the_wire = [&](double ns, double crossings) {
    const double between = std::min(ns, crossings * static_cast<double>(traces.wan_ns));
    if (between > 0) take({.kind = Kind::wan, .tier = {}}, between);
    if (ns > between) take({.kind = Kind::wire, .tier = {}}, ns - between);
  };
  for (std::uint32_t i = way.first_part; i < way.first_part + way.parts; ++i) {
    const spec::WayPart& part = traces.parts[i];
    if (part.for_a_place) {
      take({.kind = Kind::place, .tier = {}}, static_cast<double>(part.ns));
    } else if (part.kind == PartKind::back) {
      on_the_wire(static_cast<double>(part.ns), part.crosses ? 1 : 0);
    } else if (part.kind == PartKind::call) {
      std::vector<double> totals;
      for (unsigned leg = 0; leg < part.legs; ++leg)
        totals.push_back(static_cast<double>(traces.legs[part.first_leg + leg].total_ns()));
      const spec::WayLeg& leg = traces.legs[part.first_leg + deciding_leg(totals, part.needed)];
      const std::string& tier = traces.stations[part.station].name;
      if (leg.offset_ns > 0) take({}, static_cast<double>(leg.offset_ns));
      on_the_wire(static_cast<double>(leg.there_ns), leg.crosses);
      if (const auto waits = leg.thread_wait_ns + leg.core_wait_ns; waits > 0)
        take({.kind = Kind::queue, .tier = tier}, static_cast<double>(waits));
      take({Kind::service, tier, part.use}, static_cast<double>(leg.service_ns));
      on_the_wire(static_cast<double>(leg.back_ns), leg.crosses);
    } else {
      take(hop_of_pause(part.kind), static_cast<double>(part.ns));
    }
  }
}

}  // namespace chatsim::planner
