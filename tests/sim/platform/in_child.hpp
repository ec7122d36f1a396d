#pragma once

#include <functional>
#include <string>

namespace chatsim::sim::test {

/// SimGrid's engine is one a process and cannot be reset, so that each test case simulates in a forked child.
/// Returns what went wrong there, empty if nothing: a failed check below, an exception, a signal.
std::string in_child(const std::function<void()>& body);

/// To be used within the body: prints where the expected value comes from and compares, absolute tolerance.
void check_near(const std::string& derivation, double expected, double actual, double tolerance);
void check(const std::string& what, bool holds);

}  // namespace chatsim::sim::test
