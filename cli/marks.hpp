#pragma once

#include <string>
#include <string_view>

#include "scenarios/spec/result.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::cli {

/// Puts a * behind those figures of a slice that do not carry over to the whole system.
class Marks {
 public:
  explicit Marks(const spec::Result& result) : size_dependent_(result.size_dependent) {}

  /// `path` as in run.json: "tiers.profile.queue_max".
  std::string operator()(std::string figure, std::string_view path) const {
    if (!figure.empty() && spec::is_listed(size_dependent_, path)) figure += '*';
    return figure;
  }

 private:
  const std::vector<std::string>& size_dependent_;
};

}  // namespace chatsim::cli
