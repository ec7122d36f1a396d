#include "cli/interrupt.hpp"

#include <csignal>

namespace chatsim::cli {
namespace {

std::atomic<bool> interrupt_requested = false;  // a signal handler reaches nothing else
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) { interrupt_requested.store(true); }

}  // namespace

Interrupt::Interrupt() {
  interrupt_requested.store(false);
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
}

Interrupt::~Interrupt() { std::signal(SIGINT, SIG_DFL); }

const std::atomic<bool>& Interrupt::requested() const { return interrupt_requested; }

}  // namespace chatsim::cli
