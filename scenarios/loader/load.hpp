#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/loader/file.hpp"
#include "scenarios/loader/issue.hpp"
#include "scenarios/loader/provenance.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::loader {

struct LoadRequest {
  std::string path;
  std::vector<std::string>
      sets;  ///< "services.gateway.machines=40000"; a later one overrides an earlier one.
  std::optional<std::uint64_t> seed;           ///< Overrides file and sets.
  std::optional<double> slice = std::nullopt;  ///< simulation.slice, likewise.
  FileReader read = read_file;
};

struct LoadOutcome {
  std::optional<spec::Scenario> scenario;  ///< Present when there are no issues.
  std::vector<Issue> issues;
  Provenance provenance;
};

/// Reads a scenario: defaults, then the files that it extends from the innermost on and in the order of a
/// list, then the file, then the sets, then seed and slice. What comes later overrides what comes before. A
/// file that is extended several times is read once, the first time. Every mistake is collected, in files and
/// sets in the order of reading, then the checks across fields.
LoadOutcome load(const LoadRequest& request);

/// What a variant changes of a scenario while the service runs.
struct VariantRequest {
  std::string name;               ///< For messages about the sets.
  std::string path = {};          ///< A file with the changed fields alone, in the form of a scenario; empty: none.
  std::vector<std::string> sets = {};  ///< As those of a scenario, after the file.
  FileReader read = read_file;
};

/// The scenario with the variant's changes. A field that may not change while the service runs (spec::live_fields), a
/// file that changes nothing or extends another, and all that is a mistake in a scenario is one here. The provenance
/// is that of the changes. Positions of sets are "--variant NAME" and the number of the set.
LoadOutcome load_variant(const spec::Scenario& scenario, const VariantRequest& request);

}  // namespace chatsim::loader
