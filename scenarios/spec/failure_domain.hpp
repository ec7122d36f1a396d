#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What may fail as a whole; replicas of a row are kept in different ones.
enum class FailureDomain { host, rack, pod, datacenter };

template <>
struct EnumNames<FailureDomain> {
  static constexpr std::array<std::string_view, 4> names{"host", "rack", "pod", "datacenter"};
};

}  // namespace chatsim::spec
