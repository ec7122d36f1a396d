#include "cli/experiment_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "planner/experiment/numbers.hpp"
#include "planner/experiment/statistics.hpp"

namespace chatsim::cli {
namespace {

using Json = nlohmann::ordered_json;

Json intervals_json(const spec::Intervals& intervals) {
  Json json = Json::object();
  for (const auto& [path, interval] : intervals.all) {
    json[path] = {{"mean", interval.mean},
                  {"half_width", interval.half_width},
                  {"low", interval.low()},
                  {"high", interval.high()},
                  {"replications", interval.replications}};
  }
  return json;
}

Json replication_json(const planner::Replication& replication) {
  Json json{{"seed", replication.seed}};
  if (!replication.result) {
    json["failure"] = replication.failure;
    return json;
  }
  json["wall_s"] = replication.result->wall_s;
  json["peak_rss_bytes"] = replication.result->peak_rss_bytes;
  Json& numbers = json["numbers"] = Json::object();
  for (const planner::Number& number : planner::numbers_of(*replication.result)) numbers[number.path] = number.value;
  return json;
}

Json warmup_json(const planner::Warmup& warmup) {
  Json json;
  json["detected_s"] = warmup.detected ? Json(warmup.detected->value()) : Json();
  json["configured_s"] = warmup.configured.value();
  json["too_short"] = warmup.too_short;
  json["method"] = planner::warmup_method;
  if (!warmup.reason.empty()) json["reason"] = warmup.reason;
  return json;
}

Json ending_json(const planner::Experiment& experiment) {
  Json json{{"replications", experiment.replications.size()},
            {"failed", experiment.replications.size() - experiment.succeeded()},
            {"ending", planner::name_of(experiment.ending)},
            {"confidence", planner::confidence}};
  if (experiment.metrics.empty()) return json;
  Json& metrics = json["metrics"] = Json::object();
  for (const planner::MetricPrecision& metric : experiment.metrics) {
    const auto relative =
        metric.interval ? Json(metric.interval->half_width / std::abs(metric.interval->mean)) : Json();
    metrics[metric.path] = {{"relative_half_width", relative}, {"precise", metric.precise}};
  }
  return json;
}

}  // namespace

Json experiment_json(const planner::Experiment& experiment, const planner::Warmup& warmup) {
  Json json;
  json["experiment"] = ending_json(experiment);
  json["intervals"] = intervals_json(experiment.intervals);
  json["warmup"] = warmup_json(warmup);
  json["replications"] = Json::array();
  for (const planner::Replication& replication : experiment.replications)
    json["replications"].push_back(replication_json(replication));
  return json;
}

}  // namespace chatsim::cli
