#pragma once

#include <functional>
#include <memory>

#include "sim/kernel/scheduler.hpp"

namespace chatsim::sim {

/// Joins the message plane to SimGrid's clock.
///
/// SimGrid asks each of its models when its next event is, and moves its clock to the earliest. A model that says that
/// its answer is not idempotent is asked last, with the time until every other event, and may run ahead to that bound
/// by itself: the seam that was made for ns-3. The plane is such a model. It runs its own queue up to the bound:
///
///     SimGrid:  flows, profiles, timers ------------------o bound ----------------------o
///     plane:                            .................> (millions of events)         ...
///
/// An event of the plane that must touch SimGrid (start or cancel a flow, turn a host off) calls at_simgrid(): the
/// plane stops after that event, SimGrid's clock catches up, and the action executes there.
class Plane {
 public:
  /// SimGrid's platform must be sealed: the plane has to be its last model.
  explicit Plane(Scheduler& scheduler);
  ~Plane();
  Plane(const Plane&) = delete;
  Plane& operator=(const Plane&) = delete;

  /// What an action may change in SimGrid beside starting and cancelling flows.
  enum class Effect { flows_only, anything };

  /// Executes `action` at the current instant, once SimGrid's clock has reached it.
  void at_simgrid(std::function<void()> action, Effect effect = Effect::anything);

  /// Called before the plane goes on whenever something may have changed there: a flow ended, a profile or a timer
  /// fired, an action of ours with any effect.
  void on_return_from_simgrid(std::function<void()> callback);

  /// Called about every hundred thousand events, for progress and interruption.
  void on_pulse(std::function<void()> callback);

  /// Calls `action` once, when all that happens up to and including `instant` has happened and nothing after it, with
  /// the plane's clock at `instant`. It is not an event: nothing is counted, no round of SimGrid is added, and what
  /// comes after is to the last bit what it would be without, but for what the action changes. So a process may fork
  /// there, and each of both goes on. To be asked for before run_until(); one at a time.
  void once_at(Time instant, std::function<void()> action);

  /// Advances both clocks to `end`, or to the current event after stop() was called. Once per plane.
  void run_until(Time end);
  void stop();

 private:
  class Model;
  std::shared_ptr<Model> model_;
};

}  // namespace chatsim::sim
