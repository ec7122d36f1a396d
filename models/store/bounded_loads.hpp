#pragma once

#include <cstdint>
#include <vector>

namespace chatsim::models {

/// What a point of a ring owns: from behind the point before it up to its own place, that one included. Places are
/// whole numbers from 0 on.
struct Arc {
  std::uint64_t end;
  std::uint32_t machine;
};

/// Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, SODA 2018): no machine owns more than `most`
/// of `places`. What is beyond goes to the next machine on the ring with room. Every machine first takes of its own
/// what it may, in the order of the ring: what is handed on pushes nobody out, so that a machine more or less moves
/// little else.
///
/// An arc that is handed on as a whole gets another machine, and one of which a part is handed on a further point: so
/// the arcs before it find their further replicas as on any ring.
///
/// \param arcs in the order of the ring. \param machines that have numbers; those with arcs have room for all `places`.
std::vector<Arc> bound_loads(const std::vector<Arc>& arcs, std::uint32_t machines, std::uint64_t places,
                             std::uint64_t most);

}  // namespace chatsim::models
