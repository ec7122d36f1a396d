#include "sim/kernel/plane.hpp"

#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/s4u/Engine.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace chatsim::sim {

namespace {

/// Thrown through SimGrid, which has no other way to end before the date it was given.
struct Ended {};

double to_simgrid(Time time) { return static_cast<double>(time.time_since_epoch().count()) * 1e-9; }

// SimGrid adds up doubles: 0.1 + 0.2 has to be the instant 300,000,000 ns.
Time from_simgrid(double date) { return Time{Duration{std::llround(date * 1e9)}}; }

}  // namespace

class Plane::Model final : public simgrid::kernel::resource::Model {
 public:
  explicit Model(Scheduler& scheduler)
      : simgrid::kernel::resource::Model("chatsim message plane"), scheduler_(scheduler) {}

  bool next_occurring_event_is_idempotent() override { return false; }

  /// \param bound seconds from SimGrid's now until its next event. \returns seconds until the plane needs SimGrid;
  /// negative: not before the bound.
  double next_occurring_event(double bound) override {
    const double simgrid_now = simgrid::s4u::Engine::get_clock();
    CHATSIM_CHECK(scheduler_.now() >= from_simgrid(simgrid_now), "the plane is at {} s, SimGrid at {} s",
                  to_simgrid(scheduler_.now()), simgrid_now);
    CHATSIM_CHECK(bound >= 0, "no bound for the plane: SimGrid must be driven with run_until");
    const auto behind = [&] { return std::max(0.0, to_simgrid(scheduler_.now()) - simgrid_now); };
    if (actions_.empty() && !stopped_ && !ended_ && std::exchange(simgrid_may_have_acted_, false)) {
      for (const auto& callback : on_return_) callback();
    }
    // Asked for by SimGrid's side, or this is the round's second call, after a profile event: first they execute.
    if (!actions_.empty()) return behind();
    if (stopped_ || ended_) {
      if (from_simgrid(simgrid_now) >= scheduler_.now()) throw Ended{};
      return behind();
    }
    const Time limit = std::min(from_simgrid(simgrid_now + bound), end_);
    if (limit < scheduler_.now()) return behind();
    const bool reached = run(limit);
    simgrid_may_have_acted_ = reached || scheduler_.now() == limit;
    ended_ = reached && scheduler_.now() >= end_;
    return reached && !ended_ ? -1 : behind();
  }

  void update_actions_state(double /*now*/, double /*delta*/) override {
    if (actions_.empty()) return;
    for (const auto& action : std::exchange(actions_, {})) action();
    simgrid_may_have_acted_ |= std::exchange(anything_may_change_, false);
  }

  Scheduler& scheduler() { return scheduler_; }
  void stop() {
    stopped_ = true;
    scheduler_.stop_after_event();
  }

  Time end_ = time_never;
  bool ended_ = false;
  bool anything_may_change_ = false;
  std::vector<std::function<void()>> actions_;
  std::vector<std::function<void()>> on_return_;
  std::function<void()> pulse_;
  Time pause_at_ = time_never;
  std::function<void()> pause_action_;

 private:
  /// \returns whether the limit was reached.
  bool run(Time limit) {
    if (pause_at_ <= limit) {
      // The queue gives out events in the same order in whatever pieces it is run.
      if (!run_without_pause(pause_at_) || stopped_) return false;
      pause_at_ = time_never;
      std::exchange(pause_action_, nullptr)();
    }
    return run_without_pause(limit);
  }

  bool run_without_pause(Time limit) {
    if (!pulse_) return scheduler_.run_until(limit);
    constexpr std::uint64_t events_per_pulse = 100'000;
    while (true) {
      const bool reached = scheduler_.run_until(limit, events_per_pulse);
      pulse_();
      if (reached || stopped_ || !actions_.empty()) return reached;
    }
  }

  Scheduler& scheduler_;
  bool stopped_ = false;
  bool simgrid_may_have_acted_ = false;
};

Plane::Plane(Scheduler& scheduler) : model_(std::make_shared<Model>(scheduler)) {
  auto* engine = simgrid::s4u::Engine::get_instance();
  engine->seal_platform();
  engine->add_model(model_);
  CHATSIM_CHECK(engine->get_all_models().back() == model_.get(), "the plane is not SimGrid's last model of {}",
                engine->get_all_models().size());
}

Plane::~Plane() = default;

void Plane::at_simgrid(std::function<void()> action, Effect effect) {
  model_->actions_.push_back(std::move(action));
  if (effect == Effect::anything) model_->anything_may_change_ = true;
  model_->scheduler().stop_after_event();
}

void Plane::on_return_from_simgrid(std::function<void()> callback) {
  model_->on_return_.push_back(std::move(callback));
}

void Plane::on_pulse(std::function<void()> callback) { model_->pulse_ = std::move(callback); }

void Plane::once_at(Time instant, std::function<void()> action) {
  CHATSIM_CHECK(model_->pause_at_ == time_never && instant >= model_->scheduler().now() && instant < time_never,
                "asked to pause at {} ns, now is {} ns", instant.time_since_epoch().count(),
                model_->scheduler().now().time_since_epoch().count());
  model_->pause_at_ = instant;
  model_->pause_action_ = std::move(action);
}

void Plane::run_until(Time end) {
  model_->end_ = end;
  // SimGrid stops within 10 us of the date it is given: a little later, so that the plane decides.
  constexpr double margin_s = 1e-3;
  try {
    simgrid::s4u::Engine::get_instance()->run_until(to_simgrid(end) + margin_s);
  } catch (const Ended&) {
  }
}

void Plane::stop() { model_->stop(); }

}  // namespace chatsim::sim
