#pragma once

#include <string>

#include "scenarios/spec/result.hpp"

namespace chatsim::json {

/// One line of names, then one a window; the unit ends each name. Numbers are the shortest that read back the
/// same; what no message fell into is an empty field. Throws std::invalid_argument when the vectors differ in
/// length.
std::string series_csv(const spec::TimeSeries& series);
inline std::string series_csv(const spec::Result& result) { return series_csv(result.series); }

}  // namespace chatsim::json
