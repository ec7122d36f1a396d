#include "scenarios/json/chrome_trace.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace chatsim::json {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-3; }

/// The last instant that is known of it.
std::int64_t end_of(const spec::TracedRequest& request) {
  return std::max({request.sent_ns, request.arrived_ns, request.begun_ns, request.served_ns, request.answered_ns,
                   request.heard_ns});
}

class Picture {
 public:
  explicit Picture(const spec::Traces& traces) : traces_(traces) {}

  void add(const spec::TracedRequest& request) {
    const std::size_t process = request.station + std::size_t{1};
    const std::size_t thread = thread_of(request);
    const auto slice = [&](const std::string& name, std::int64_t from, std::int64_t until) {
      if (from < 0 || until < from) return;
      events_.push_back({{"name", name},
                         {"cat", traces_.stations[request.station].name},
                         {"ph", "X"},
                         {"ts", microseconds(from)},
                         {"dur", microseconds(until - from)},
                         {"pid", process},
                         {"tid", thread}});
    };
    slice(traces_.steps[request.step], request.sent_ns, end_of(request));
    events_.back()["args"] = {{"message", request.message},
                              {"machine", request.machine},
                              {"from", traces_.stations[request.client_station].name},
                              {"decides", request.decides}};
    slice("wire", request.sent_ns, request.arrived_ns);
    slice("queue", request.arrived_ns, request.begun_ns);
    slice("service", request.begun_ns, request.served_ns);
    if (request.answered_ns > request.served_ns) slice("waits for others", request.served_ns, request.answered_ns);
    slice("wire back", request.answered_ns, request.heard_ns);
  }

  std::string text() {
    for (std::size_t i = 0; i < traces_.stations.size(); ++i) {
      name_it({{"name", "process_name"}, {"ph", "M"}, {"pid", i + 1}}, traces_.stations[i].name);
    }
    for (const auto& [lane, thread] : threads_) {
      name_it({{"name", "thread_name"}, {"ph", "M"}, {"pid", lane.station + 1}, {"tid", thread}},
              "message " + std::to_string(lane.message));
    }
    Json document{{"displayTimeUnit", "ms"}};
    document["traceEvents"] = std::move(events_);
    return document.dump() + "\n";
  }

 private:
  struct Lane {
    std::size_t station;
    std::uint64_t message;
    std::size_t number;
    auto operator<=>(const Lane&) const = default;
  };

  /// Slices of one thread may only contain each other: what overlaps is put beside.
  std::size_t thread_of(const spec::TracedRequest& request) {
    Lane lane{request.station, request.message, 0};
    while (busy_until_.contains(lane) && busy_until_[lane] > request.sent_ns) ++lane.number;
    busy_until_[lane] = end_of(request);
    return threads_.try_emplace(lane, threads_.size() + 1).first->second;
  }

  void name_it(Json event, const std::string& name) {
    event["args"] = {{"name", name}};
    events_.push_back(std::move(event));
  }

  const spec::Traces& traces_;
  Json events_ = Json::array();
  std::map<Lane, std::int64_t> busy_until_;
  std::map<Lane, std::size_t> threads_;
};

}  // namespace

std::string chrome_trace(const spec::Traces& traces) {
  std::vector<const spec::TracedRequest*> requests;
  for (const spec::TracedRequest& request : traces.requests) {
    if (request.sent_ns >= 0) requests.push_back(&request);
  }
  std::stable_sort(requests.begin(), requests.end(), [](const auto* a, const auto* b) { return a->sent_ns < b->sent_ns; });
  Picture picture(traces);
  for (const spec::TracedRequest* request : requests) picture.add(*request);
  return picture.text();
}

}  // namespace chatsim::json
