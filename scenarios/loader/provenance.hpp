#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/loader/issue.hpp"

namespace chatsim::loader {

/// Where each value of a scenario was written last. What is not here is a default.
class Provenance {
 public:
  void record(std::string_view path, Position position) {
    positions_.insert_or_assign(std::string(path), position);
  }

  /// Empty for a default.
  std::optional<Position> find(std::string_view path) const {
    const auto found = positions_.find(path);
    if (found == positions_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, Position, std::less<>> positions_;
};

/// The files of Position that are none.
inline constexpr const char* set_option = "--set";
inline constexpr const char* seed_option = "--seed";
inline constexpr const char* slice_option = "--slice";

}  // namespace chatsim::loader
