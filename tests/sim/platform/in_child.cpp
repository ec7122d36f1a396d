#include "tests/sim/platform/in_child.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <exception>

namespace chatsim::sim::test {
namespace {

std::string problems;  // of this process

std::string read_all(int file) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(file, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void run_and_leave(const std::function<void()>& body, int report) {
  try {
    body();
  } catch (const std::exception& exception) {
    problems += fmt::format("exception: {}\n", exception.what());
  }
  std::fflush(nullptr);
  const bool told = write(report, problems.data(), problems.size()) == static_cast<ssize_t>(problems.size());
  _exit(told ? 0 : 1);
}

}  // namespace

std::string in_child(const std::function<void()>& body) {
  int ends[2];
  std::fflush(nullptr);
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child < 0) return "no fork";
  if (child == 0) {
    close(ends[0]);
    run_and_leave(body, ends[1]);
  }
  close(ends[1]);
  auto text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) text += fmt::format("the child ended with wait status {:#x}\n", status);
  return text;
}

void check_near(const std::string& derivation, double expected, double actual, double tolerance) {
  const auto line = fmt::format("{}: expected {:.12g}, actual {:.12g}, tolerance {:g}", derivation, expected,
                                actual, tolerance);
  std::puts(line.c_str());
  if (!(std::abs(actual - expected) <= tolerance)) problems += line + "\n";
}

void check(const std::string& what, bool holds) {
  std::printf("%s: %s\n", what.c_str(), holds ? "holds" : "FAILS");
  if (!holds) problems += what + " does not hold\n";
}

}  // namespace chatsim::sim::test
