#pragma once

#include <string>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::spec {

/// A mistake of the user, at the field that it is about.
struct Issue {
  std::string path;                   ///< For example "stores.message.replication".
  std::string message;                ///< What is wrong and what is allowed; one line.
  std::vector<std::string> involves;  ///< The other fields or sections that the check looked at.
};

/// The checks that look at more than one field; the bounds of each field are checked where it is read. All
/// issues, in the order of the fields.
std::vector<Issue> validate(const Scenario& scenario);

}  // namespace chatsim::spec
