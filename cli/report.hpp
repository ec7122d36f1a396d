#pragma once

#include <string>

#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What an architect reads after a run: the verdict, then the tables it rests on. At most 110 columns wide
/// for rooms of the usual names; ends with a newline.
std::string report(const spec::Result& result, const Paint& paint);

}  // namespace chatsim::cli
