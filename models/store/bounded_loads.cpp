#include "models/store/bounded_loads.hpp"

#include <algorithm>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

std::vector<Arc> bound_loads(const std::vector<Arc>& arcs, std::uint32_t machines, std::uint64_t places,
                             std::uint64_t most) {
  const auto length = [&](std::size_t i) {
    return i == 0 ? arcs.front().end + places - arcs.back().end : arcs[i].end - arcs[i - 1].end;
  };
  std::vector<std::uint64_t> room(machines, most), kept(arcs.size());
  std::uint64_t open = 0;
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    kept[i] = std::min(length(i), room[arcs[i].machine]);
    room[arcs[i].machine] -= kept[i];
    open += length(i) - kept[i];
  }
  std::uint64_t left = 0;  // Of those that have arcs.
  std::vector<bool> has_arcs(machines);
  for (const Arc& arc : arcs) {
    if (!has_arcs[arc.machine]) left += room[arc.machine];
    has_arcs[arc.machine] = true;
  }
  CHATSIM_CHECK(open <= left, "{} places are to be handed on, there is room for {}", open, left);

  std::vector<Arc> bounded, around;  // Those of the first arc that lie before the end of the ring.
  bounded.reserve(arcs.size());
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    std::uint64_t rest = length(i);
    std::vector<Arc> pieces;  // From the point backwards.
    const auto give = [&](std::uint32_t machine, std::uint64_t part) {
      const bool before_the_end = rest + arcs[i].end < length(i);
      const std::uint64_t end = arcs[i].end + rest - length(i) + (before_the_end ? places : 0);
      (before_the_end ? around : pieces).push_back({end, machine});
      rest -= part;
    };
    if (kept[i] > 0 || rest == 0) give(arcs[i].machine, kept[i]);
    for (std::size_t next = i; rest > 0;) {
      next = next + 1 < arcs.size() ? next + 1 : 0;
      std::uint64_t& others = room[arcs[next].machine];
      const std::uint64_t part = std::min(rest, others);
      if (part == 0) continue;
      others -= part;
      give(arcs[next].machine, part);
    }
    bounded.insert(bounded.end(), pieces.rbegin(), pieces.rend());
  }
  bounded.insert(bounded.end(), around.rbegin(), around.rend());
  return bounded;
}

}  // namespace chatsim::models
