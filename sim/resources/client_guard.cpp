#include "sim/resources/client_guard.hpp"

#include <algorithm>
#include <bit>

#include "sim/kernel/check.hpp"

namespace chatsim::sim {

ClientGuard::ClientGuard(const Options& options, std::uint32_t machines, std::uint32_t tiers)
    : options_(options), tiers_(tiers), circuits_(std::size_t{machines} * tiers) {
  CHATSIM_CHECK(options.window >= 1 && options.window <= window_max, "a window of {} calls", options.window);
}

ClientGuard::Verdict ClientGuard::ask(std::uint32_t client, std::uint32_t tier, Time now) {
  Circuit& asked = circuit(client, tier);
  if (options_.calls != 0 && asked.under_way >= options_.calls) return Verdict::full;
  if (asked.state == probing || (asked.state == open && now < asked.open_until)) return Verdict::open;
  if (asked.state == open) asked.state = probing;
  ++asked.under_way;
  return Verdict::go;
}

/// Calls that were sent before the breaker opened, and end while it is open, decide nothing; while it is probed, the
/// first to end does, be it the probe or one of those.
bool ClientGuard::ended(std::uint32_t client, std::uint32_t tier, bool failed, Time now) {
  Circuit& of = circuit(client, tier);
  --of.under_way;
  if (options_.failures <= 0 || of.state == open) return false;
  bool opens = failed;
  if (of.state == closed) {
    of.failed = of.failed << 1 | (failed ? 1 : 0);
    of.seen = static_cast<std::uint8_t>(std::min<std::uint32_t>(of.seen + 1U, options_.window));
    const std::uint64_t window = of.failed & ~std::uint64_t{0} >> (window_max - options_.window);
    opens = of.seen == options_.window && std::popcount(window) >= options_.failures * options_.window;
  } else if (!failed) {
    of.state = closed;
  }
  if (!opens) return false;
  of.state = open;
  of.open_until = now + options_.open_for;
  of.failed = of.seen = 0;
  return true;
}

}  // namespace chatsim::sim
