#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/spec/traces.hpp"

namespace chatsim::planner {

/// What a part of a latency is put down to: something that can be made faster by itself, as far as anything can.
struct Hop {
  enum class Kind : std::uint8_t {
    wire,         ///< Links and cards, but for those between regions.
    wan,          ///< Between regions.
    queue,        ///< Waiting for a thread or a core of a tier.
    service,      ///< A tier's service, or reads or writes of a store.
    place,        ///< Waiting until the fan-out of a group has room for the member.
    lease,        ///< Waiting while somebody else reads the profile.
    held,         ///< At the recipient's gateway, for a poll or for messages that come first.
    retry_pause,  ///< Until a client sends again.
    failed,       ///< Calls that came to nothing.
    other
  };
  Kind kind = Kind::other;
  std::string tier;  ///< Of queue and service.
  spec::WayPart::Use use = spec::WayPart::Use::other;  ///< Of service.

  auto operator<=>(const Hop&) const = default;
};

/// "service of message_store (write)", "queue of messaging", "wire", ...
std::string name_of(const Hop& hop);
/// The same backwards.
std::optional<Hop> find_hop(const std::string& name);

/// The leg of a call that decides, with these totals in the order of its legs: the needed-th to be there.
std::size_t deciding_leg(const std::vector<double>& totals, std::size_t needed);

/// Where the time of a way goes, in its order. A hop may come up several times.
void for_each_hop(const spec::Traces& traces, const spec::Way& way,
                  const std::function<void(const Hop& hop, double ns)>& take);

}  // namespace chatsim::planner
