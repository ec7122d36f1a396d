#pragma once

#include <string>

namespace chatsim::loader {

/// Where something was written. Lines and columns count from 1; 0 means none.
struct Position {
  std::string file;  ///< As the user named it, "--set" (the line then counts the options), "--seed", "--slice".
  int line = 0;
  int column = 0;
};

/// `file:line:column`, without what is unknown.
std::string to_text(const Position& position);

/// A mistake of the user.
struct Issue {
  Position position;
  std::string path;  ///< Of the field; empty when the whole file is meant.
  std::string message;
};

/// One line: `two_regions.yaml:14:7: error: services.gateway.machines: 0 is too small, at least 1`.
std::string to_text(const Issue& issue);

}  // namespace chatsim::loader
