#include "scenarios/json/series_csv.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace chatsim::json {

std::string series_csv(const spec::TimeSeries& series) {
  struct Column {
    const char* name;
    const std::vector<double>& values;
  };
  std::vector<Column> columns;
  spec::TimeSeries::fields([&](const char* name, auto member) { columns.push_back({name, series.*member}); });
  std::string text;
  for (const Column& column : columns) {
    if (column.values.size() != series.time_s.size())
      throw std::invalid_argument(std::string("series: ") + column.name + " has " +
                                  std::to_string(column.values.size()) + " windows, time_s " +
                                  std::to_string(series.time_s.size()));
    text += (text.empty() ? "" : ",") + std::string(column.name);
  }
  text += '\n';
  for (std::size_t row = 0; row < series.time_s.size(); ++row) {
    for (const Column& column : columns) {
      if (&column != columns.data()) text += ',';
      if (!std::isfinite(column.values[row])) continue;
      std::array<char, 32> buffer;
      const auto [end, status] =
          std::to_chars(buffer.data(), buffer.data() + buffer.size(), column.values[row]);
      text.append(buffer.data(), end);
    }
    text += '\n';
  }
  return text;
}

}  // namespace chatsim::json
