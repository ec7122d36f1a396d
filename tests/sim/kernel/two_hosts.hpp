#pragma once

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <simgrid/kernel/ProfileBuilder.hpp>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/plane.hpp"
#include "sim/kernel/task.hpp"
#include "tests/sim/in_child.hpp"

namespace chatsim::tests {

/// The smallest world that has flows, with a plane on top. To be built in a child (see in_child) and left
/// there undestroyed, since flows that are still under way would complain:
///
///     a ----- link: 100 MB/s, 1 ms ----- b
class TwoHosts {
 public:
  /// \param latency_profile of the link, in SimGrid's text form ("0.3 0.002": 2 ms from 0.3 s on); empty:
  /// none.
  explicit TwoHosts(const std::string& latency_profile = "") : engine_(&count_, arguments_.data()) {
    auto* zone = simgrid::s4u::create_full_zone("world");
    a = zone->create_host("a", 1e9)->seal();
    b = zone->create_host("b", 1e9)->seal();
    link = zone->create_link("link", 1e8)->set_latency(1e-3);
    if (!latency_profile.empty()) {
      link->set_latency_profile(
          simgrid::kernel::profile::ProfileBuilder::from_string("latency", latency_profile, -1));
    }
    link->seal();
    zone->add_route(a->get_netpoint(), b->get_netpoint(), nullptr, nullptr,
                    std::vector<simgrid::s4u::LinkInRoute>{simgrid::s4u::LinkInRoute(link)});
    zone->seal();
    plane = std::make_unique<sim::Plane>(scheduler);
    simgrid::s4u::Activity::on_completion_cb([this](const simgrid::s4u::Activity& activity) {
      for (const auto& [flow, then] : std::exchange(flows_, {})) {
        if (flow.get() == &activity) {
          then();
        } else {
          flows_.emplace_back(flow, then);
        }
      }
    });
  }

  /// An event of the plane.
  void event(sim::Duration at, std::function<void()> what) {
    sim::spawn(sim::no_machine, wait_and_do(&scheduler, sim::Time{at} - scheduler.now(), std::move(what)));
  }
  /// A timer of SimGrid.
  static void timer(double date, std::function<void()> what) {
    simgrid::kernel::timer::Timer::set(date, std::move(what));
  }
  /// Only to be called where SimGrid acts: within at_simgrid, a timer or the end of a flow.
  void start_flow(std::uint64_t bytes, std::function<void()> then) {
    auto flow = simgrid::s4u::Comm::sendto_init(a, b)->set_payload_size(bytes);
    flows_.emplace_back(flow, std::move(then));
    flow->start();
  }

  static double simgrid_clock() { return simgrid::s4u::Engine::get_clock(); }
  /// Both clocks, as "plane/simgrid", in seconds.
  std::string clocks() const {
    return fmt::format("{:g}/{:g}", sim::to_seconds(scheduler.now()).value(), simgrid_clock());
  }
  /// Adds what happened and when to the trace, in seconds of both clocks.
  void note(const std::string& what) { trace += fmt::format("{} {}\n", clocks(), what); }

  sim::Scheduler scheduler;
  std::unique_ptr<sim::Plane> plane;
  simgrid::s4u::Host* a = nullptr;
  simgrid::s4u::Host* b = nullptr;
  simgrid::s4u::Link* link = nullptr;
  std::string trace;

 private:
  static sim::Task<void> wait_and_do(sim::Scheduler* scheduler, sim::Duration delay,
                                     std::function<void()> what) {
    co_await sim::sleep(*scheduler, delay);
    what();
  }

  // The engine keeps the pointers. Logs would mix with what tests print.
  std::array<std::string, 7> texts_{"test",
                                    "--log=root.thres:critical",
                                    "--cfg=network/model:CM02",
                                    "--cfg=network/crosstraffic:0",
                                    "--cfg=network/TCP-gamma:1e15",
                                    "--cfg=network/weight-S:0",
                                    "--cfg=network/optim:Lazy"};
  std::array<char*, 8> arguments_{texts_[0].data(), texts_[1].data(), texts_[2].data(), texts_[3].data(),
                                  texts_[4].data(), texts_[5].data(), texts_[6].data(), nullptr};
  int count_ = 7;
  simgrid::s4u::Engine engine_;
  std::vector<std::pair<simgrid::s4u::CommPtr, std::function<void()>>> flows_;
};

/// Lets a case run in a child up to `end`; what it noted is the result.
template <class Prepare>
std::string trace_of(sim::Duration end, Prepare prepare, const std::string& latency_profile = "") {
  return in_child([&] {
    TwoHosts& world = *new TwoHosts(latency_profile);
    prepare(world);
    world.plane->run_until(sim::Time{end});
    return world.trace;
  });
}

}  // namespace chatsim::tests
