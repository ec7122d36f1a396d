#pragma once

#include <string>
#include <string_view>

#include "scenarios/spec/traces.hpp"

namespace chatsim::models {

/// Traces on their way between two processes of the same binary: they are no part of a result as JSON.
std::string bytes_of(const spec::Traces& traces);
spec::Traces traces_from(std::string_view bytes);

}  // namespace chatsim::models
