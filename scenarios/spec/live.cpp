#include "scenarios/spec/live.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "scenarios/spec/field_tree.hpp"

namespace chatsim::spec {
namespace {

constexpr std::array fields{
    LiveField{"population.messages_per_day", "users write at the new rate; what waits for a login from before stays"},
    LiveField{"population.load_factor", "the same"},
    LiveField{"population.sessions.heartbeat", "from the next batch of each gateway on"},
    LiveField{"population.sessions.last_seen", "from the next batch of each cache machine on"},
    LiveField{"population.sessions.send_retries", "of messages that are not acknowledged yet, too"},
    LiveField{"population.sessions.send_retry_after", "pauses that have begun end as they began"},
    LiveField{"population.sessions.reconnect_attempts", "of clients that are being refused, too"},
    LiveField{"population.sessions.reconnect_after", "pauses that have begun end as they began"},
    LiveField{"population.sessions.reconnect_longest", "pauses that have begun end as they began"},
    LiveField{"services.*.threads", "more take over who waits; of fewer, those at work finish first"},
    LiveField{"services.*.queue_limit", "who waits beyond the new limit keeps the place"},
    LiveField{"services.*.shedding", "of requests that come, or whose turn comes, from now on"},
    LiveField{"services.*.codel", "the same"},
    LiveField{"services.*.service_time", "of requests that are made from now on"},
    LiveField{"services.*.cpu_share", "of requests that are made from now on"},
    LiveField{"services.gateway.connections_per_machine", "who is connected beyond the new limit stays"},
    LiveField{"services.gateway.login_rate", "of clients that connect from now on"},
    LiveField{"services.gateway.spare_open_at", "the spare gateways take their share from that time on, if it is to come"},
    LiveField{"services.gateway.handshake_time", "of handshakes that begin from now on"},
    LiveField{"services.gateway.heartbeat_time", "from the next batch of each gateway on"},
    LiveField{"services.gateway.outbound_limit", "what is queued beyond the new limit stays"},
    LiveField{"services.messaging.autoscaler.scaling", "what is in service stays when it is switched off"},
    LiveField{"services.messaging.autoscaler.machines_min", "from the next look on"},
    LiveField{"services.messaging.autoscaler.target", "from the next look on"},
    LiveField{"services.messaging.autoscaler.tolerance", "from the next look on"},
    LiveField{"services.messaging.autoscaler.every", "from the next look on"},
    LiveField{"services.messaging.autoscaler.provisioning", "of machines that are asked for from now on"},
    LiveField{"services.messaging.autoscaler.calm", "from the next look on"},
    LiveField{"services.group.autoscaler.scaling", "what is in service stays when it is switched off"},
    LiveField{"services.group.autoscaler.machines_min", "from the next look on"},
    LiveField{"services.group.autoscaler.target", "from the next look on"},
    LiveField{"services.group.autoscaler.tolerance", "from the next look on"},
    LiveField{"services.group.autoscaler.every", "from the next look on"},
    LiveField{"services.group.autoscaler.provisioning", "of machines that are asked for from now on"},
    LiveField{"services.group.autoscaler.calm", "from the next look on"},
    LiveField{"services.messaging.balancing", "of requests that are made from now on"},
    LiveField{"services.group.balancing", "of requests that are made from now on"},
    LiveField{"services.group.fanout_parallelism", "of messages whose fan-out begins from now on"},
    LiveField{"services.group.fanout", "of messages whose fan-out begins from now on"},
    LiveField{"services.profile.lease", "pauses that have begun end as they began"},
    LiveField{"services.profile.last_seen_time", "from the next batch of each cache machine on"},
    LiveField{"services.profile.rows_per_write", "of writes that are made from now on"},
    LiveField{"stores.*.threads", "more take over who waits; of fewer, those at work finish first"},
    LiveField{"stores.*.queue_limit", "who waits beyond the new limit keeps the place"},
    LiveField{"stores.*.shedding", "of requests that come, or whose turn comes, from now on"},
    LiveField{"stores.*.codel", "the same"},
    LiveField{"stores.*.read_time", "of requests that are made from now on"},
    LiveField{"stores.*.write_time", "of requests that are made from now on"},
    LiveField{"stores.*.cpu_share", "of requests that are made from now on"},
    LiveField{"resilience.deadlines", "of requests that are made from now on; who is found past its deadline is not served"},
    LiveField{"resilience.retry", "pauses that have begun end as they began; a budget begins with nothing saved"},
    LiveField{"resilience.degradation", "from the next look on"},
    LiveField{"network.request_timeout", "of requests that are made from now on"},
};

/// Whether the pattern is the path or a section that it is in.
bool covers(std::string_view pattern, std::string_view path) {
  while (true) {
    const auto pattern_dot = pattern.find('.'), dot = path.find('.');
    const std::string_view wanted = pattern.substr(0, pattern_dot);
    if (wanted != "*" && wanted != path.substr(0, dot)) return false;
    if (pattern_dot == std::string_view::npos) return true;
    if (dot == std::string_view::npos) return false;
    pattern.remove_prefix(pattern_dot + 1);
    path.remove_prefix(dot + 1);
  }
}

std::string_view section_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

}  // namespace

std::span<const LiveField> live_fields() { return fields; }

const LiveField* find_live_field(std::string_view path) {
  for (const LiveField& field : fields) {
    if (covers(field.path, path)) return &field;
  }
  return nullptr;
}

std::string live_fields_near(std::string_view path) {
  std::vector<std::string> names;
  const std::string_view section = section_of(path);
  if (const FieldNode* node = find_field(section); node != nullptr && !section.empty()) {
    for (const FieldNode& field : node->children) {
      if (field.kind != FieldKind::section && find_live_field(field.path)) names.push_back(field.name);
    }
  }
  if (!names.empty()) return fmt::format("in {} {}", section, fmt::join(names, ", "));
  // Fields of one section together: "stores.*.{threads, queue_limit}".
  std::string text;
  for (std::size_t i = 0; i < fields.size();) {
    const std::string_view prefix = section_of(fields[i].path);
    names.clear();
    for (; i < fields.size() && section_of(fields[i].path) == prefix; ++i)
      names.emplace_back(fields[i].path.substr(prefix.empty() ? 0 : prefix.size() + 1));
    const std::string all = names.size() == 1 ? names.front() : fmt::format("{{{}}}", fmt::join(names, ", "));
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", prefix, prefix.empty() ? "" : ".", all);
  }
  return text;
}

}  // namespace chatsim::spec
