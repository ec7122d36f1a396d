#include "scenarios/json/result_json.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace chatsim::json {
namespace {

using Json = nlohmann::ordered_json;

double to_milliseconds(spec::Seconds seconds) { return seconds.value() * 1e3; }

/// Division need not undo the multiplication; one of the neighbours does.
spec::Seconds from_milliseconds(double milliseconds) {
  const double nearest = milliseconds / 1e3;
  for (const double candidate : {nearest, std::nextafter(nearest, 0.0), std::nextafter(nearest, HUGE_VAL)})
    if (to_milliseconds(spec::Seconds{candidate}) == milliseconds) return spec::Seconds{candidate};
  return spec::Seconds{nearest};
}

/// Reads and writes see the same list of keys below, so that they cannot diverge.
class Writer {
 public:
  explicit Writer(Json& object) : object_(object) { object_ = Json::object(); }

  template <class T>
  void operator()(const char* key, const T& value) {
    object_[key] = written(value);
  }

  template <class T>
  void section(const char* key, T& value) {
    Writer inside(object_[key]);
    fields(inside, value);
  }

  template <class T>
  void named(const char* key, std::vector<T>& items, std::string T::*name) {
    Json& by_name = object_[key] = Json::object();
    for (T& item : items) {
      Writer inside(add(by_name, key, item.*name));
      fields(inside, item);
    }
  }

  template <class T, class Number>
  void named_numbers(const char* key, std::vector<T>& items, std::string T::*name, Number T::*number) {
    Json& by_name = object_[key] = Json::object();
    for (T& item : items) add(by_name, key, item.*name) = item.*number;
  }

 private:
  template <class T>
  static auto written(const T& value) {
    if constexpr (std::is_same_v<T, spec::Seconds>) {
      return to_milliseconds(value);
    } else if constexpr (std::is_same_v<T, spec::PerSecond>) {
      return value.value();
    } else {
      return value;
    }
  }

  static Json& add(Json& by_name, const std::string& key, const std::string& name) {
    if (by_name.contains(name)) throw std::invalid_argument(key + ": two of the name '" + name + "'");
    return by_name[name];
  }

  Json& object_;
};

class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object_.is_object()) fail("", "must be an object");
  }

  template <class T>
  void operator()(const std::string& key, T& value) {
    const Json& json = at(key);
    if constexpr (std::is_same_v<T, spec::Seconds>) {
      value = from_milliseconds(number(key, json));
    } else if constexpr (std::is_same_v<T, spec::PerSecond>) {
      value = spec::PerSecond{number(key, json)};
    } else if constexpr (std::is_same_v<T, double>) {
      value = number(key, json);
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      if (!json.is_array()) fail(key, "must be an array");
      value.clear();
      for (const Json& element : json) value.push_back(number(key, element));
    } else {
      read_exactly(key, json, value);
    }
  }

  template <class T>
  void section(const char* key, T& value) {
    Reader inside(at(key), path_ + key + ".");
    fields(inside, value);
  }

  template <class T>
  void named(const char* key, std::vector<T>& items, std::string T::*name) {
    items.clear();
    for (const auto& [item_name, json] : object_at(key).items()) {
      T item;
      item.*name = item_name;
      Reader inside(json, path_ + key + "." + item_name + ".");
      fields(inside, item);
      items.push_back(std::move(item));
    }
  }

  template <class T, class Number>
  void named_numbers(const char* key, std::vector<T>& items, std::string T::*name, Number T::*number) {
    items.clear();
    Reader inside(object_at(key), path_ + key + ".");
    for (const auto& entry : inside.object_.items()) {
      T item;
      item.*name = entry.key();
      inside(entry.key(), item.*number);
      items.push_back(std::move(item));
    }
  }

 private:
  const Json& at(const std::string& key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(key, "is missing");
    return *found;
  }

  const Json& object_at(const std::string& key) const {
    const Json& json = at(key);
    if (!json.is_object()) fail(key, "must be an object");
    return json;
  }

  double number(const std::string& key, const Json& json) const {
    if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!json.is_number()) fail(key, "must be a number");
    return json.get<double>();
  }

  void read_exactly(const std::string& key, const Json& json, std::string& value) const {
    if (!json.is_string()) fail(key, "must be a string");
    value = json.get<std::string>();
  }
  void read_exactly(const std::string& key, const Json& json, bool& value) const {
    if (!json.is_boolean()) fail(key, "must be true or false");
    value = json.get<bool>();
  }
  template <class Integer>
  void read_exactly(const std::string& key, const Json& json, Integer& value) const {
    static_assert(std::is_integral_v<Integer>);
    using Limits = std::numeric_limits<Integer>;
    bool fits = false;
    if (json.is_number_unsigned()) {
      fits = std::in_range<Integer>(json.get<std::uint64_t>());
    } else if (json.is_number_integer()) {
      fits = std::in_range<Integer>(json.get<std::int64_t>());
    }
    if (!fits)
      fail(key, "must be a whole number from " + std::to_string(Limits::min()) + " to " +
                    std::to_string(Limits::max()));
    value = json.get<Integer>();
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    std::string path = path_ + key;
    if (path.ends_with('.')) path.pop_back();
    throw NotAResult((path.empty() ? "the document" : path) + ": " + what);
  }

  const Json& object_;
  std::string path_;
};

template <class Archive>
void fields(Archive& archive, spec::MessageCounts& messages) {
  archive("offered", messages.offered);
  archive("acknowledged", messages.acknowledged);
  archive("failed", messages.failed);
  archive("in_flight", messages.in_flight);
}

template <class Archive>
void fields(Archive& archive, spec::DeliveryCounts& deliveries) {
  archive("due", deliveries.due);
  archive("delivered", deliveries.delivered);
  archive("kept", deliveries.kept);
  archive("failed", deliveries.failed);
  archive("in_flight", deliveries.in_flight);
}

template <class Archive>
void fields(Archive& archive, spec::LatencySummary& latency) {
  archive("count", latency.count);
  archive("mean_ms", latency.mean);
  archive("p50_ms", latency.p50);
  archive("p90_ms", latency.p90);
  archive("p99_ms", latency.p99);
  archive("p999_ms", latency.p999);
  archive("max_ms", latency.max);
}

template <class Archive>
void fields(Archive& archive, spec::TierSummary& tier) {
  archive("machines", tier.machines);
  archive("threads", tier.threads);
  archive("cores", tier.cores);
  archive("offered_per_s", tier.offered);
  archive("completed_per_s", tier.completed);
  archive("rejected", tier.rejected);
  archive("utilisation", tier.utilisation);
  archive("utilisation_max", tier.utilisation_max);
  archive("busy_threads", tier.busy_threads);
  archive("busy_cores", tier.busy_cores);
  archive("queue_mean", tier.queue_mean);
  archive("queue_max", tier.queue_max);
  archive("wait_mean_ms", tier.wait_mean);
  archive("service_mean_ms", tier.service_mean);
}

template <class Archive>
void fields(Archive& archive, spec::StorageSummary& storage) {
  archive("rows_per_s", storage.rows_per_s);
  archive("bytes_per_s", storage.bytes_per_s);
  archive("reads_per_s", storage.reads_per_s);
}

template <class Archive>
void fields(Archive& archive, spec::NetworkSummary& network) {
  archive("bytes_per_s", network.bytes_per_s);
  archive("host_link_utilisation_max", network.host_link_utilisation_max);
  archive("busiest_tier", network.busiest_tier);
}

template <class Archive>
void fields(Archive& archive, spec::InvariantReport& invariants) {
  archive("conservation_residual", invariants.conservation_residual);
  archive("lost_acknowledged", invariants.lost_acknowledged);
  archive("duplicates", invariants.duplicates);
  archive("out_of_order", invariants.out_of_order);
  archive("stale_reads", invariants.stale_reads);
  archive("little_law_error", invariants.little_law_error);
}

template <class Archive>
void fields(Archive& archive, spec::TimeSeries& series) {
  archive("time_s", series.time_s);
  archive("offered_per_s", series.offered_per_s);
  archive("acknowledged_per_s", series.acknowledged_per_s);
  archive("delivered_per_s", series.delivered_per_s);
  archive("failed_per_s", series.failed_per_s);
  archive("send_to_ack_p99_ms", series.send_to_ack_p99_ms);
  archive("send_to_deliver_p99_ms", series.send_to_deliver_p99_ms);
}

template <class Archive>
void fields(Archive& archive, spec::Result& result) {
  archive("scenario", result.scenario);
  archive("seed", result.seed);
  archive("interrupted", result.interrupted);
  archive("machines", result.machines);
  archive("hosts", result.hosts);
  archive("simulated_s", result.simulated_s);
  archive("measured_s", result.measured_s);
  archive("events", result.events);
  archive.section("messages", result.messages);
  archive.section("deliveries", result.deliveries);
  archive.named_numbers("failures", result.failures, &spec::FailureCount::reason, &spec::FailureCount::count);
  archive.named_numbers("events_per_message", result.events_per_message, &spec::StepEvents::step,
                        &spec::StepEvents::per_message);
  archive.named("latency", result.latency, &spec::LatencySummary::name);
  archive.named("tiers", result.tiers, &spec::TierSummary::name);
  archive.named("storage", result.storage, &spec::StorageSummary::name);
  archive.section("network", result.network);
  archive.section("invariants", result.invariants);
  archive.section("series", result.series);
  archive("platform_build_s", result.platform_build_s);
  archive("wall_s", result.wall_s);
  archive("peak_rss_bytes", result.peak_rss_bytes);
}

}  // namespace

Json to_json(const spec::Result& result) {
  Json document;
  Writer writer(document);
  spec::Result copy = result;  // the list of keys is also the reader's, which fills what it is given
  fields(writer, copy);
  return document;
}

spec::Result result_from_json(const Json& document) {
  spec::Result result;
  Reader reader(document, "");
  fields(reader, result);
  return result;
}

}  // namespace chatsim::json
