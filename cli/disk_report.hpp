#pragma once

#include <string>

#include "cli/marks.hpp"
#include "cli/paint.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// Disks of tables that are half full, will be full within a year or refuse writes, and what compaction does to those that
/// have it. Nothing where there is nothing to see; else it ends with an empty line.
std::string disk_tables(const spec::Result& result, const Marks& marks, const Paint& paint);

}  // namespace chatsim::cli
