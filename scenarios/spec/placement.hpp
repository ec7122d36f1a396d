#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// How the machines of a row are found.
enum class PlacementPolicy { ring, copysets };

template <>
struct EnumNames<PlacementPolicy> {
  static constexpr std::array<std::string_view, 2> names{"ring", "copysets"};
};

/// Where the rows of a table lie.
struct Placement {
  PlacementPolicy policy = PlacementPolicy::ring;
  double load_bound = 0;
  int scatter_width = 4;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("policy", &Placement::policy, Choice{},
          "ring: consistent hashing, rows have replicas on any machines; copysets: on few sets of machines, of which "
          "those that fail at once seldom are a whole one");
    visit("load_bound", &Placement::load_bound, between(0, 1000),
          "of a ring: no machine is the first one of more than that times the mean share of the rows, what is beyond "
          "goes "
          "to the next machine with room; 0: no bound, or at least 1");
    visit(
        "scatter_width", &Placement::scatter_width, between(1, 1'000'000),
        "of copysets: machines that hold other replicas of what one machine holds, and restore it; all others at most");
  }
};

}  // namespace chatsim::spec
