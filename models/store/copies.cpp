#include "models/store/copies.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

constexpr sim::Duration pause_after_failure = std::chrono::seconds{1};

}  // namespace

void Copies::start(std::vector<Copy> copies, std::function<void()> done) {
  CHATSIM_CHECK(idle(), "{} copies are still under way", open_);
  done_ = std::move(done);
  open_ = copies.size();
  inboxes_.clear();
  std::stable_sort(copies.begin(), copies.end(),
                   [](const Copy& a, const Copy& b) { return a.destination < b.destination; });
  open_size_ = {};
  for (const Copy& copy : copies) {
    open_size_ = open_size_ + copy.size;
    if (inboxes_.empty() || inboxes_.back().waiting.back().destination != copy.destination) inboxes_.emplace_back();
    inboxes_.back().waiting.push_back(copy);
    inboxes_.back().sources.push_back(copy.source);
  }
  context_.world.plane.at_simgrid(
      [this] {
        if (open_ == 0) return std::exchange(done_, nullptr)();
        for (std::size_t inbox = 0; inbox < inboxes_.size(); ++inbox) {
          for (std::uint32_t stream = 0; stream < options_.streams; ++stream) begin_next(inbox);
        }
      },
      sim::Plane::Effect::flows_only);
}

void Copies::begin_next(std::size_t inbox) {
  std::deque<Copy>& waiting = inboxes_[inbox].waiting;
  if (waiting.empty()) return;
  const Copy next = waiting.front();
  waiting.pop_front();
  begin(inbox, next);
}

void Copies::begin(std::size_t inbox, Copy copy) {
  const sim::Fleet& fleet = context_.world.fleet;
  context_.world.flows.start(
      fleet[source_for(inbox, copy)].host, fleet[copy.destination].host, copy.size,
      [this, inbox, copy](sim::FlowOutcome outcome) { ended(inbox, copy, outcome == sim::FlowOutcome::completed); },
      options_.throttle);
}

/// The one that was meant, or, if it is down, the next one that is not.
sim::MachineIndex Copies::source_for(std::size_t inbox, const Copy& copy) const {
  const std::vector<sim::MachineIndex>& sources = inboxes_[inbox].sources;
  const auto meant = static_cast<std::size_t>(std::find(sources.begin(), sources.end(), copy.source) - sources.begin());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const sim::MachineIndex source = sources[(meant + i) % sources.size()];
    if (context_.world.wire.reachable(source, copy.destination)) return source;
  }
  return copy.source;
}

void Copies::ended(std::size_t inbox, const Copy& copy, bool completed) {
  if (!completed) {
    ++counts_.failed;
    sim::spawn(sim::no_machine, try_again_later(inbox, copy));
    return;
  }
  ++counts_.completed;
  open_size_ = open_size_ - copy.size;
  counts_.copied = counts_.copied + copy.size;
  context_.world.wire.count_flow(copy.source, static_cast<std::uint64_t>(copy.size.value()));
  if (--open_ == 0) return std::exchange(done_, nullptr)();
  begin_next(inbox);
}

sim::Task<void> Copies::try_again_later(std::size_t inbox, Copy copy) {
  co_await sim::sleep(context_.world.scheduler, pause_after_failure);
  context_.world.plane.at_simgrid([this, inbox, copy] { begin(inbox, copy); }, sim::Plane::Effect::flows_only);
}

}  // namespace chatsim::models
