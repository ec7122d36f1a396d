#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "scenarios/spec/units.hpp"
#include "sim/platform/platform.hpp"

namespace chatsim::sim {

enum class FlowOutcome {
  completed,
  failed,       // an end or a link of the route went off on the way
  unreachable,  // one of them was off already when the flow was to start
};

/// Names a flow for good: the number of one that has ended is not given to another.
struct FlowId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0 is no flow's

  bool operator==(const FlowId&) const = default;
};

/// Bulk transfers, as communications of SimGrid: a flow takes the latency of its route plus its size over its
/// max-min fair share of the links, which changes as other flows come and go.
///
/// start and cancel may only be called before the run, or while SimGrid's clock stands at the present
/// instant: in a model's update_actions_state, in a timer or in a flow's callback; not while the message
/// plane runs ahead.
///
/// SimGrid 3.32 caps a flow at the bandwidths that the links of its route have when it starts: links that get
/// slower slow it down, links that get faster do not speed it up. If a latency or bandwidth on its route
/// changes while a flow still waits for its latency to pass, the flow starts to send at once.
class Flows {
 public:
  using Callback = std::function<void(FlowOutcome)>;

  explicit Flows(Platform& platform);
  ~Flows();
  Flows(const Flows&) = delete;
  Flows& operator=(const Flows&) = delete;

  /// The outcome is reported once, after start has returned. A size below one byte counts as one. With a
  /// throttle, the flow shares that link with all others that go through it.
  FlowId start(HostIndex source, HostIndex destination, spec::Bytes size, Callback callback,
               std::optional<std::uint32_t> throttle = std::nullopt);

  /// Takes the flow off the links; its callback is not called. False if its outcome was reported already.
  bool cancel(FlowId id);

  /// For flows started from now on (and, if it is slower than before, for those under way).
  void set_throttle(std::uint32_t throttle, spec::BytesPerSecond bandwidth);

  /// Flows whose ends a partition has come between fail: SimGrid does not see it.
  void end_cut_off();

  /// Started and not yet reported or cancelled.
  std::uint32_t active() const;

 private:
  class Table;
  std::unique_ptr<Table> table_;
};

}  // namespace chatsim::sim
