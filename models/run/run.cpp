#include "models/run/run.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "models/run/child.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::models {
namespace {

// Both ends of the pipe are the same binary.
static_assert(std::is_trivially_copyable_v<Progress>);

std::string_view bytes_of(const Progress& progress) {
  return {reinterpret_cast<const char*>(&progress), sizeof progress};
}

Progress progress_from(std::string_view bytes) {
  Progress progress;
  std::memcpy(&progress, bytes.data(), std::min(bytes.size(), sizeof progress));
  return progress;
}

// CBOR rather than text: numbers arrive as the bits that they were, infinities too.
std::string bytes_of(const spec::Result& result) {
  std::string bytes;
  nlohmann::ordered_json::to_cbor(json::to_json(result), bytes);
  return bytes;
}

spec::Result result_from(const std::string& bytes) {
  return json::result_from_json(nlohmann::ordered_json::from_cbor(bytes));
}

}  // namespace

std::variant<spec::Result, RunFailure> run(const spec::Scenario& scenario, const std::atomic<bool>& stop,
                                           const ProgressCallback& progress) {
  const auto outcome = run_in_child(
      [&](const std::atomic<bool>& child_stop, const Notify& notify) {
        return bytes_of(
            simulate(scenario, child_stop, [&](const Progress& state) { notify(bytes_of(state)); }));
      },
      stop, [&](std::string_view bytes) { progress(progress_from(bytes)); });
  if (const auto* failure = std::get_if<ChildFailure>(&outcome)) return RunFailure{failure->message};
  const auto& output = std::get<ChildOutput>(outcome);
  spec::Result result = result_from(output.bytes);
  result.peak_rss_bytes = std::max(result.peak_rss_bytes, output.peak_rss_bytes);
  return result;
}

}  // namespace chatsim::models
