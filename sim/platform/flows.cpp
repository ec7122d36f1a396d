#include "sim/platform/flows.hpp"

#include <cmath>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u/Comm.hpp>
#include <simgrid/s4u/Engine.hpp>
#include <simgrid/s4u/Link.hpp>
#include <utility>
#include <vector>

#include "sim/kernel/check.hpp"
#include "sim/platform/clos_zone.hpp"

namespace chatsim::sim {

/// A slot a flow. SimGrid holds a communication that it carries out by a bare pointer, and says twice that it
/// is over when it is cancelled: at once, and at the end of the round. So a slot keeps its communication
/// until SimGrid has let go of it, longer than the flow itself lasts.
class Flows::Table {
 public:
  explicit Table(Platform& platform);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  FlowId start(HostIndex source, HostIndex destination, spec::Bytes size, Callback callback,
               std::optional<std::uint32_t> throttle);
  bool cancel(FlowId id);
  void communication_ended(const simgrid::s4u::Activity& activity);
  std::uint32_t active() const { return active_; }
  void set_throttle(std::uint32_t throttle, spec::BytesPerSecond bandwidth);
  void end_cut_off();

 private:
  enum class State : std::uint8_t { free, unreachable, sending, cancelled, reported };

  struct Flow {
    State state = State::free;
    std::uint32_t generation = 0;
    HostIndex source = 0, destination = 0;
    Route route;
    Callback callback;
    simgrid::s4u::CommPtr communication;
  };

  std::uint32_t take_slot();
  void report(std::uint32_t slot, FlowOutcome outcome);
  void report_unreachable_later(FlowId id);
  void retire(std::uint32_t slot);

  Platform& platform_;
  std::vector<Flow> flows_;
  std::vector<std::uint32_t> free_;
  /// Communications that are over, but may still be on the stack: dropped when the next flow starts, which a
  /// callback may do, so that a flow retires after its callback.
  std::vector<simgrid::s4u::CommPtr> retired_;
  std::uint32_t active_ = 0;

  /// SimGrid's signals cannot be unsubscribed from and its timers outlive us: they go to whichever table
  /// exists.
  static Table* current_;
};

Flows::Table* Flows::Table::current_ = nullptr;

Flows::Table::Table(Platform& platform) : platform_(platform) {
  CHATSIM_CHECK(current_ == nullptr, "this process already has a table of flows");
  current_ = this;
  static bool listening = false;
  if (listening) return;
  listening = true;
  simgrid::s4u::Activity::on_completion_cb([](const simgrid::s4u::Activity& activity) {
    if (current_ != nullptr) current_->communication_ended(activity);
  });
}

/// SimGrid complains of communications that end before they are over.
Flows::Table::~Table() {
  current_ = nullptr;
  for (Flow& flow : flows_) {
    if (flow.state == State::sending) flow.communication->cancel();
  }
}

FlowId Flows::Table::start(HostIndex source, HostIndex destination, spec::Bytes size, Callback callback,
                           std::optional<std::uint32_t> throttle) {
  using simgrid::s4u::Comm;
  const auto& layout = platform_.layout_;
  CHATSIM_CHECK(source < platform_.hosts() && destination < platform_.hosts(),
                "source={} destination={} hosts={}", source, destination, platform_.hosts());
  CHATSIM_CHECK(!throttle || *throttle < layout.throttles(), "throttle={} of {}", *throttle,
                layout.throttles());
  const LinkIndex throttle_link = throttle ? layout.throttle(*throttle) : no_link;
  retired_.clear();
  const std::uint32_t slot = take_slot();
  Flow& flow = flows_[slot];
  flow.source = source;
  flow.destination = destination;
  flow.callback = std::move(callback);
  ++active_;
  const FlowId id{slot, flow.generation};
  const bool throttle_on = !throttle || platform_.link(throttle_link)->is_on();
  if (!platform_.reachable(source, destination) || !throttle_on) {
    // SimGrid would abort (host) or never call back (link).
    flow.state = State::unreachable;
    report_unreachable_later(id);
    return id;
  }
  flow.state = State::sending;
  flow.route = layout.route(source, destination);
  if (throttle) flow.route.add(throttle_link);
  platform_.flow_started(flow.route);
  flow.communication = Comm::sendto_init(platform_.host(source), platform_.host(destination));
  flow.communication->set_payload_size(static_cast<std::uint64_t>(std::ceil(std::max(size.value(), 1.0))));
  flow.communication->set_data(reinterpret_cast<void*>(std::uintptr_t{slot}));
  const ClosZone::Throttled throttled(*platform_.zone_, throttle_link);
  flow.communication->start();
  return id;
}

bool Flows::Table::cancel(FlowId id) {
  if (id.slot >= flows_.size() || id.generation == 0 || flows_[id.slot].generation != id.generation)
    return false;
  Flow& flow = flows_[id.slot];
  if (flow.state != State::sending && flow.state != State::unreachable) return false;
  --active_;
  flow.callback = nullptr;
  if (flow.state == State::unreachable) {
    retire(id.slot);
    return true;
  }
  flow.state = State::cancelled;
  platform_.flow_ended(flow.route);
  flow.communication->cancel();
  return true;
}

/// A flow over a link that is off would never end by itself.
void Flows::Table::end_cut_off() {
  std::vector<Callback> callbacks;
  for (std::uint32_t slot = 0; slot < flows_.size(); ++slot) {
    Flow& flow = flows_[slot];
    if (flow.state != State::sending || platform_.reachable(flow.source, flow.destination)) continue;
    if (flow.callback) callbacks.push_back(std::exchange(flow.callback, nullptr));
    cancel({slot, flow.generation});
  }
  for (const Callback& callback : callbacks) callback(FlowOutcome::failed);
}

void Flows::Table::communication_ended(const simgrid::s4u::Activity& activity) {
  const auto slot = reinterpret_cast<std::uintptr_t>(activity.get_data<void>());
  if (slot >= flows_.size() || flows_[slot].communication.get() != &activity) return;  // not one of ours
  using Ended = simgrid::s4u::Activity::State;
  const auto ended = activity.get_state();
  Flow& flow = flows_[slot];
  if (flow.state == State::cancelled) {
    if (ended != Ended::CANCELED) retire(static_cast<std::uint32_t>(slot));
    return;
  }
  CHATSIM_CHECK(flow.state == State::sending, "slot={} state={}", slot, static_cast<int>(flow.state));
  platform_.flow_ended(flow.route);
  report(static_cast<std::uint32_t>(slot),
         ended == Ended::FINISHED ? FlowOutcome::completed : FlowOutcome::failed);
}

std::uint32_t Flows::Table::take_slot() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(flows_.size()));
    flows_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  flows_[slot].route = Route{};
  ++flows_[slot].generation;
  return slot;
}

void Flows::Table::report(std::uint32_t slot, FlowOutcome outcome) {
  --active_;
  const Callback callback = std::exchange(flows_[slot].callback, nullptr);
  flows_[slot].state = State::reported;
  if (callback) callback(outcome);
  retire(slot);
}

void Flows::Table::report_unreachable_later(FlowId id) {
  simgrid::kernel::timer::Timer::set(simgrid::s4u::Engine::get_clock(), [id] {
    if (current_ == nullptr) return;
    const Flow& flow = current_->flows_[id.slot];
    if (flow.generation == id.generation && flow.state == State::unreachable)
      current_->report(id.slot, FlowOutcome::unreachable);
  });
}

void Flows::Table::retire(std::uint32_t slot) {
  Flow& flow = flows_[slot];
  flow.state = State::free;
  if (flow.communication) retired_.push_back(std::move(flow.communication));
  free_.push_back(slot);
}

void Flows::Table::set_throttle(std::uint32_t throttle, spec::BytesPerSecond bandwidth) {
  CHATSIM_CHECK(throttle < platform_.layout_.throttles(), "throttle={} of {}", throttle,
                platform_.layout_.throttles());
  CHATSIM_CHECK(bandwidth.value() > 0, "bandwidth={}", bandwidth.value());
  platform_.throttle(throttle)->set_bandwidth(bandwidth.value());
}

Flows::Flows(Platform& platform) : table_(std::make_unique<Table>(platform)) {}
Flows::~Flows() = default;

FlowId Flows::start(HostIndex source, HostIndex destination, spec::Bytes size, Callback callback,
                    std::optional<std::uint32_t> throttle) {
  return table_->start(source, destination, size, std::move(callback), throttle);
}

bool Flows::cancel(FlowId id) { return table_->cancel(id); }

void Flows::set_throttle(std::uint32_t throttle, spec::BytesPerSecond bandwidth) {
  table_->set_throttle(throttle, bandwidth);
}

void Flows::end_cut_off() { table_->end_cut_off(); }

std::uint32_t Flows::active() const { return table_->active(); }

}  // namespace chatsim::sim
