#pragma once

#include "scenarios/spec/distribution.hpp"
#include "sim/kernel/random/sampler.hpp"
#include "sim/resources/call.hpp"

namespace chatsim::models {

/// What the network adds to the latencies of its links: drawn for each request and each answer by itself, so that the
/// four ways of a quorum (write, acknowledgement, read, response; Bailis et al., VLDB 2012) are independent.
class Jitter {
 public:
  explicit Jitter(const spec::Distribution& distribution) : sampler_(distribution), on_(distribution.mean() > 0) {}

  /// Without jitter nothing is to be drawn.
  bool on() const { return on_; }
  sim::WireDelays sample(const sim::Draw& there, const sim::Draw& back) const {
    return {nanoseconds(there), nanoseconds(back)};
  }

 private:
  /// At most what 32 bits hold, 4.3 s.
  std::uint32_t nanoseconds(const sim::Draw& draw) const {
    constexpr sim::Duration most{~std::uint32_t{0}};
    return static_cast<std::uint32_t>(std::min(sampler_.sample(draw), most).count());
  }

  sim::Sampler sampler_;
  bool on_;
};

}  // namespace chatsim::models
