#pragma once

#include <string>

#include "cli/check_report.hpp"

namespace chatsim::cli {

/// A check in the XML of JUnit, which continuous integration shows: a suite for each scenario, a case for each budget and
/// guarded figure. Missed is a failure; inconclusive, no data, and a simulation that failed are errors: they do not pass, and
/// say nothing of the service.
std::string junit_xml(const Check& check);

}  // namespace chatsim::cli
