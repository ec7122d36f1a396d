#include "sim/platform/engine.hpp"

#include <array>
#include <csignal>
#include <exception>
#include <simgrid/s4u/Engine.hpp>
#include <string>

#include "sim/kernel/check.hpp"

namespace chatsim::sim {
namespace {

/// Puts back the handlers that SimGrid replaces when it starts.
class SignalHandlersKept {
 public:
  SignalHandlersKept() {
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], nullptr, &saved_[i]);
  }
  ~SignalHandlersKept() {
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &saved_[i], nullptr);
  }
  SignalHandlersKept(const SignalHandlersKept&) = delete;
  SignalHandlersKept& operator=(const SignalHandlersKept&) = delete;

 private:
  static constexpr std::array<int, 3> signals{SIGINT, SIGSEGV, SIGBUS};
  std::array<struct sigaction, 3> saved_{};
};

simgrid::s4u::Engine* start_engine() {
  using simgrid::s4u::Engine;
  // SimGrid keeps pointers into its command line.
  static std::string program = "chatsim";
  static std::string silence = "--log=root.thres:critical";
  static std::array<char*, 3> arguments{program.data(), silence.data(), nullptr};
  int count = 2;
  auto* engine = new Engine(&count, arguments.data());

  // CM02 takes latencies and bandwidths as they are; the default LV08 multiplies them by 13.01 and 0.97, and
  // switches crosstraffic on. Its factors are left at their default of 1: the zone sets the latency factor by
  // a callback, which SimGrid refuses beside an explicit factor.
  Engine::set_config("network/model", std::string("CM02"));
  Engine::set_config("network/crosstraffic", false);
  // A flow may send at most TCP-gamma / (2 latency): the default 4 MiB caps a 50 ms route at 42 MB/s. Bulk
  // flows are many streams side by side, so only links limit them.
  Engine::set_config("network/TCP-gamma", 1e20);
  // Shares go as 1 / (latency + weight-S * sum of 1 / bandwidth). The zone makes the first term the same for
  // all routes (see clos_zone.hpp); the second would give long routes less.
  Engine::set_config("network/weight-S", 0.0);
  // Nothing is worth freeing 50,000 hosts one by one on exit.
  Engine::set_config("debug/clean-atexit", false);
  return engine;
}

}  // namespace

EngineSession::EngineSession() {
  CHATSIM_CHECK(!simgrid::s4u::Engine::has_instance(), "SimGrid allows one engine in a process");
  const SignalHandlersKept handlers;
  try {
    engine_ = start_engine();
  } catch (const std::exception& problem) {
    CHATSIM_CHECK(false, "SimGrid does not start: {}", problem.what());
  }
}

}  // namespace chatsim::sim
