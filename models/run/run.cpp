#include "models/run/run.hpp"

#include <algorithm>

#include "models/run/child.hpp"
#include "models/run/result_bytes.hpp"

namespace chatsim::models {

std::variant<spec::Result, RunFailure> run(const spec::Scenario& scenario, const std::atomic<bool>& stop,
                                           const ProgressCallback& progress) {
  const auto outcome = run_in_child(
      [&](const std::atomic<bool>& child_stop, const Notify& notify) {
        return bytes_of(simulate(scenario, child_stop,
                                 [&](const Progress& state) { notify(record_bytes(state)); }));
      },
      stop, [&](std::string_view bytes) { progress(record_from<Progress>(bytes)); });
  if (const auto* failure = std::get_if<ChildFailure>(&outcome)) return RunFailure{failure->message};
  const auto& output = std::get<ChildOutput>(outcome);
  spec::Result result = result_from(output.bytes);
  result.peak_rss_bytes = std::max(result.peak_rss_bytes, output.peak_rss_bytes);
  return result;
}

}  // namespace chatsim::models
