#pragma once

#include <string>

#include "scenarios/spec/traces.hpp"

namespace chatsim::json {

/// Requests that were followed, in the Trace Event Format that Perfetto and chrome://tracing load: a process for each tier,
/// in it a thread for each message (several where requests of it overlap), in it a slice for each request with slices for
/// its way there, its wait, its service, what is done for it elsewhere, and the way back.
std::string chrome_trace(const spec::Traces& traces);

}  // namespace chatsim::json
