#pragma once

#include <string>

#include "cli/estimate_json.hpp"
#include "cli/paint.hpp"

namespace chatsim::cli {

/// For people, in the order of the design document: the figures with their numbers put in, what has to be
/// known of them, the reasons to scale, how the tables grow.
std::string estimate_report(const Estimate& estimate, const Paint& paint);

/// The same as Markdown.
std::string estimate_markdown(const Estimate& estimate);

}  // namespace chatsim::cli
