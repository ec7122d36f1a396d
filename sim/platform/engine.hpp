#pragma once

namespace simgrid::s4u {
class Engine;
}

namespace chatsim::sim {

/// The one SimGrid engine of this process, configured for flows that share links fairly and pay each link's
/// latency once. SimGrid cannot be reset: one simulation, one (forked) process, which leaves by _exit; that
/// is also why nothing is torn down here. A second session in a process is a bug (InternalError).
///
/// SimGrid is given a command line of its own and logs nothing; the handlers of SIGINT, SIGSEGV and SIGBUS
/// are those of before.
class EngineSession {
 public:
  EngineSession();
  EngineSession(const EngineSession&) = delete;
  EngineSession& operator=(const EngineSession&) = delete;

  simgrid::s4u::Engine& engine() const { return *engine_; }

 private:
  simgrid::s4u::Engine* engine_;
};

}  // namespace chatsim::sim
