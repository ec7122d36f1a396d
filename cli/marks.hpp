#pragma once

#include <string>
#include <string_view>

#include "cli/interval_text.hpp"
#include "scenarios/spec/interval.hpp"
#include "scenarios/spec/result.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::cli {

/// What stands behind a figure: a * in a slice, where it does not carry over to the whole system, and how sure it is,
/// "32.9 ms +- 0.8", where there are replications.
class Marks {
 public:
  explicit Marks(const spec::Result& result, const spec::Intervals& intervals)
      : size_dependent_(result.size_dependent), intervals_(intervals) {}

  /// `path` as in run.json: "tiers.profile.queue_max".
  std::string operator()(const std::string& figure, std::string_view path) const {
    return followed(star(figure, path), figure, path, " ");
  }
  /// The same for a table, where the interval has a line of its own.
  std::string cell(const std::string& figure, std::string_view path) const {
    return followed(star(figure, path), figure, path, "\n");
  }

  /// The interval alone, of figures that are proportional to the number at the path.
  std::string with_interval(const std::string& figure, std::string_view path) const {
    return followed(figure, figure, path, " ");
  }
  std::string cell_with_interval(const std::string& figure, std::string_view path) const {
    return followed(figure, figure, path, "\n");
  }

 private:
  std::string star(const std::string& figure, std::string_view path) const {
    return !figure.empty() && spec::is_listed(size_dependent_, path) ? figure + '*' : figure;
  }

  std::string followed(std::string text, const std::string& figure, std::string_view path, const char* between) const {
    const spec::Interval* interval = intervals_.find(path);
    const std::string half_width = interval ? half_width_text(figure, *interval) : "";
    return half_width.empty() ? text : text + between + half_width;
  }

  const std::vector<std::string>& size_dependent_;
  const spec::Intervals& intervals_;
};

}  // namespace chatsim::cli
