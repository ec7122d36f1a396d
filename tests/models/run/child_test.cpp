#include "models/run/child.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace chatsim::models;

namespace {

const std::atomic<bool> never_stop = false;

std::variant<ChildOutput, ChildFailure> run_quietly(const ChildWork& work) {
  return run_in_child(work, never_stop, [](std::string_view) {});
}

std::string failure_of(const ChildWork& work) { return std::get<ChildFailure>(run_quietly(work)).message; }

std::ptrdiff_t open_descriptors() {
  namespace fs = std::filesystem;
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Neither a running child nor a zombie.
bool no_child_is_left() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

// Waits by sleeping: nothing in the child may depend on the parent's pace.
void wait_for(const std::atomic<bool>& flag) {
  for (int step = 0; step < 5000 && !flag; ++step) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

TEST_CASE("notices arrive in order, then the output") {
  std::vector<std::string> notices;
  const auto outcome = run_in_child(
      [](const std::atomic<bool>&, const Notify& notify) {
        notify("one");
        notify("");
        notify(std::string("t\0o", 3));
        return std::string("result");
      },
      never_stop, [&](std::string_view bytes) { notices.emplace_back(bytes); });
  const auto& output = std::get<ChildOutput>(outcome);
  CHECK(output.bytes == "result");
  CHECK(notices == std::vector<std::string>{"one", "", std::string("t\0o", 3)});
  CHECK(no_child_is_left());
}

TEST_CASE("a payload far larger than the pipe arrives whole") {
  const std::size_t size = 50'000'000;
  const auto outcome = run_quietly([&](const std::atomic<bool>&, const Notify&) {
    std::string bytes(size, 'x');
    for (std::size_t index = 0; index < size; index += 4096)
      bytes[index] = static_cast<char>(index / 4096 % 128);
    return bytes;
  });
  const auto& output = std::get<ChildOutput>(outcome);
  REQUIRE(output.bytes.size() == size);
  bool same = true;
  for (std::size_t index = 0; index < size; index += 4096) {
    same = same && output.bytes[index] == static_cast<char>(index / 4096 % 128);
  }
  CHECK(same);
  CHECK(output.peak_rss_bytes > size);
}

TEST_CASE("the child's memory is its own") {
  int counter = 0;
  const auto outcome =
      run_quietly([&](const std::atomic<bool>&, const Notify&) { return std::to_string(++counter); });
  CHECK(std::get<ChildOutput>(outcome).bytes == "1");
  CHECK(counter == 0);
}

TEST_CASE("what the child throws is reported") {
  CHECK(failure_of([](const std::atomic<bool>&, const Notify&) -> std::string {
          throw std::logic_error("queue holds -1 requests");
        }) == "queue holds -1 requests");
  CHECK(failure_of([](const std::atomic<bool>&, const Notify&) -> std::string { throw 1; }) ==
        "an exception that is no std::exception");
  CHECK(no_child_is_left());
}

TEST_CASE("a child that is killed is reported by the signal") {
  CHECK(failure_of([](const std::atomic<bool>&, const Notify& notify) -> std::string {
          notify("under way");
          std::signal(SIGSEGV, SIG_DFL);
          std::raise(SIGSEGV);
          return "";
        }) == "killed by SIGSEGV (Segmentation fault)");
  CHECK_THAT(failure_of([](const std::atomic<bool>&, const Notify&) -> std::string {
               std::raise(SIGKILL);
               return "";
             }),
             Catch::StartsWith("killed by SIGKILL (Killed), perhaps for want of memory: it had used "));
  CHECK(no_child_is_left());
}

TEST_CASE("a child that leaves on its own is reported by its status") {
  CHECK(failure_of([](const std::atomic<bool>&, const Notify&) -> std::string { _exit(3); }) ==
        "ended without a result, exit status 3");
}

TEST_CASE("stop reaches the child, which ends with what it has") {
  std::atomic<bool> stop = false;
  const auto outcome = run_in_child(
      [](const std::atomic<bool>& child_stop, const Notify& notify) {
        notify("started");
        wait_for(child_stop);
        return std::string(child_stop ? "partial" : "whole");
      },
      stop, [&](std::string_view) { stop = true; });
  CHECK(std::get<ChildOutput>(outcome).bytes == "partial");
}

TEST_CASE("the terminal's Ctrl-C does not reach the child, whatever handler it installs") {
  const auto outcome = run_quietly([](const std::atomic<bool>&, const Notify&) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
    return std::string("survived");
  });
  CHECK(std::get<ChildOutput>(outcome).bytes == "survived");
}

TEST_CASE("a callback that throws ends the child") {
  pid_t pid = 0;
  CHECK_THROWS_WITH(run_in_child(
                        [](const std::atomic<bool>&, const Notify& notify) -> std::string {
                          notify(std::to_string(getpid()));
                          for (;;) pause();
                        },
                        never_stop,
                        [&](std::string_view bytes) {
                          pid = std::stoi(std::string(bytes));
                          throw std::runtime_error("enough");
                        }),
                    "enough");
  CHECK(kill(pid, 0) == -1);
  CHECK(no_child_is_left());
}

TEST_CASE("many runs leak nothing") {
  run_quietly([](const std::atomic<bool>&, const Notify&) { return std::string(); });
  const std::ptrdiff_t before = open_descriptors();
  for (int round = 0; round < 50; ++round) {
    if (round % 2 == 0) {
      run_quietly([](const std::atomic<bool>&, const Notify&) { return std::string("x"); });
    } else {
      failure_of(
          [](const std::atomic<bool>&, const Notify&) -> std::string { throw std::runtime_error("x"); });
    }
  }
  CHECK(open_descriptors() == before);
  CHECK(no_child_is_left());
}

TEST_CASE("a child that is split goes on as two, and each says what it has to say to whom it belongs") {
  std::vector<std::string> notices;
  const auto outcome = run_in_child(
      [](const std::atomic<bool>&, const Notify& notify) {
        notify("one past");
        std::vector<std::unique_ptr<Child>> children;
        for (const char* name : {"first", "second"}) {
          children.push_back(Child::split());
          if (children.back() != nullptr) continue;
          notify(std::string(name) + " goes on");
          return std::string(name) + " ends";  // Destroys its copies of the others, which live on.
        }
        for (const auto& child : children) {
          while (child->read([&](std::string_view bytes) { notify("heard: " + std::string(bytes)); })) {
          }
          notify(std::get<ChildOutput>(child->end()).bytes);
        }
        leave_child("left from within");
      },
      never_stop, [&](std::string_view bytes) { notices.emplace_back(bytes); });
  CHECK(std::get<ChildOutput>(outcome).bytes == "left from within");
  CHECK(notices == std::vector<std::string>{"one past", "heard: first goes on", "first ends", "heard: second goes on",
                                            "second ends"});
  CHECK(no_child_is_left());
}
