#include "sim/platform/engine.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <simgrid/s4u/Engine.hpp>
#include <string>

#include "sim/kernel/check.hpp"
#include "sim/platform/platform.hpp"
#include "tests/sim/platform/in_child.hpp"
#include "tests/sim/platform/small_fabric.hpp"

namespace chatsim::sim {
namespace {

using test::check;
using test::in_child;

void handler(int) {}

TEST_CASE("SIGINT stays with whoever had it") {
  CHECK(in_child([] {
          std::signal(SIGINT, handler);
          const EngineSession session;
          struct sigaction now {};
          sigaction(SIGINT, nullptr, &now);
          check("the handler is the one of before", now.sa_handler == handler);
        }) == "");
}

TEST_CASE("a second engine or platform in one process is a bug that is told") {
  CHECK(in_child([] {
          EngineSession session;
          bool told = false;
          try {
            const EngineSession second;
          } catch (const InternalError& error) {
            told =
                std::string(error.what()).find("SimGrid allows one engine in a process") != std::string::npos;
          }
          check("a second engine", told);
          const Platform platform(session, test::small_fabric());
          told = false;
          try {
            const Platform second(session, test::small_fabric());
          } catch (const InternalError& error) {
            told = std::string(error.what()).find("this process already has a platform") != std::string::npos;
          }
          check("a second platform", told);
        }) == "");
}

TEST_CASE("what SimGrid refuses is an exception, not the end of the process") {
  CHECK(in_child([] {
          EngineSession session;
          bool told = false;
          try {
            PlatformOptions options;
            options.before_seal = [](Platform&) {
              simgrid::s4u::Engine::set_config("network/no-such-option:1");
            };
            const Platform platform(session, test::small_fabric(), options);
          } catch (const InternalError& error) {
            told = std::string(error.what()).find("SimGrid refuses the platform") != std::string::npos;
          }
          check("a bad option", told);
        }) == "");
}

}  // namespace
}  // namespace chatsim::sim
