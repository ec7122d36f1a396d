#pragma once

#include <span>
#include <string>
#include <string_view>

namespace chatsim::spec {

/// A field of the scenario that may change while the service runs.
struct LiveField {
  std::string_view path;  ///< A dotted path; * is any one name. A section stands for all that is in it.
  std::string_view doc;   ///< What happens at that instant, and to what is under way.
};

/// All of them, in the order of the scenario. Everything else would need other machines, users with another past or
/// rows in other places: it may differ between two runs, but not between two halves of one.
std::span<const LiveField> live_fields();

/// By the path of a field; null if it may not change.
const LiveField* find_live_field(std::string_view path);

/// For messages: the live fields of the field's own section, "in services.gateway threads, queue_limit"; where it has
/// none, of the whole scenario.
std::string live_fields_near(std::string_view path);

}  // namespace chatsim::spec
