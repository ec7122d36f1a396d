#pragma once

#include <compare>
#include <vector>

#include "models/service/context.hpp"
#include "models/service/step.hpp"
#include "sim/resources/tracer.hpp"

namespace chatsim::models {

/// The calls that were traced, by message and by the task of the service that made them. Calls of one message, so that all
/// searches are short.
class TracedCalls {
 public:
  explicit TracedCalls(const sim::Tracer& tracer);

  /// Which task of a message's: the client's, the messaging server's, the group server's, or from `delivery` on that which
  /// sees to one of the deliveries; and the machine that it runs on.
  static constexpr std::uint32_t client = 0, send = 1, fan_out = 2, delivery = 4;
  struct Task {
    std::uint32_t number;
    sim::MachineIndex machine;
    auto operator<=>(const Task&) const = default;
  };
  static std::uint32_t task_of(std::uint64_t tag);
  /// Which serves a call.
  Task task_behind(const sim::CallSpan& call) const;

  /// Calls of a task that lie within the time; the one that ended last. Of those that did at one instant not a member's: it
  /// was not waited for.
  const sim::CallSpan* last_within(std::uint64_t message, Task task, sim::Time from, sim::Time until) const;
  /// The last of a step that ended by then.
  const sim::CallSpan* last_before(std::uint64_t message, Step step, Task task, sim::Time until) const;
  /// The call that the task was serving then.
  const sim::CallSpan* parent(std::uint64_t message, Step step, Task task, sim::Time at) const;
  /// The push that a gateway was serving then: to this recipient, or in one with others.
  const sim::CallSpan* push(std::uint64_t message, std::uint32_t index, sim::MachineIndex gateway, sim::Time at) const;

  std::pair<const std::uint32_t*, const std::uint32_t*> of_message(std::uint64_t message) const;

 private:
  const sim::Tracer& tracer_;
  std::vector<std::uint32_t> by_message_;  // Numbers of calls, by message, task, machine and end.
};

}  // namespace chatsim::models
