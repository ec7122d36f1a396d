#include "cli/workload_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/format.hpp"
#include "cli/listing.hpp"

namespace chatsim::cli {
namespace {

class Rates {
 public:
  Rates(const spec::Result& result, const Marks& marks) : measured_s_(result.measured_s), marks_(marks) {}

  std::string operator()(std::uint64_t count, std::string_view path) const {
    return marks_.with_interval(format_rate(spec::PerSecond(static_cast<double>(count) / measured_s_)), path);
  }
  std::string count(std::uint64_t number, std::string_view path) const {
    return marks_.with_interval(format_count(number), path);
  }

 private:
  double measured_s_;
  const Marks& marks_;
};

std::string format_whole(double number) {
  return format_count(static_cast<std::uint64_t>(std::llround(number)));
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return format_percent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string mailbox_line(const spec::MailboxCounts& mailbox, const Rates& rate) {
  if (mailbox.delivered + mailbox.failed + mailbox.suppressed + mailbox.overtaken == 0) return "";
  return listing("Mailboxes", {fmt::format("{} messages handed over at logins", rate(mailbox.delivered, "mailbox.delivered")),
                               fmt::format("{} left for the login after", rate.count(mailbox.failed, "mailbox.failed")),
                               fmt::format("{} second copies dropped", rate.count(mailbox.suppressed, "mailbox.suppressed")),
                               fmt::format("{} overtaken by later ones", rate.count(mailbox.overtaken, "mailbox.overtaken"))});
}

std::string status_line(const spec::StatusCounts& statuses, const Rates& rate) {
  if (statuses.sent + statuses.delivered + statuses.read == 0) return "";
  return listing(
      "Statuses",
      {fmt::format("{} sent", rate(statuses.sent, "statuses.sent")), fmt::format("{} delivered", rate(statuses.delivered, "statuses.delivered")),
       fmt::format("{} read", rate(statuses.read, "statuses.read")),
       fmt::format("{} receipts to authors ({} failed)", rate(statuses.receipts_returned, "statuses.receipts_returned"),
                   rate.count(statuses.receipts_failed, "statuses.receipts_failed"))});
}

/// What became of the clients of gateways that died, and of those that no gateway took.
std::string storm_line(const spec::SessionSummary& sessions, const Rates& rate, const Marks& marks) {
  if (sessions.connections_lost + sessions.refused_by_admission == 0 && sessions.away == 0) return "";
  std::vector<std::string> items{
      fmt::format("{} with their gateway", rate.count(sessions.connections_lost, "sessions.connections_lost")),
      fmt::format("{} came back", rate.count(sessions.returned, "sessions.returned")),
      fmt::format("{} away now", marks.with_interval(format_whole(sessions.away), "sessions.away")),
      fmt::format("{} refused by admission", rate.count(sessions.refused_by_admission, "sessions.refused_by_admission")),
      fmt::format("{} gave up", rate.count(sessions.gave_up, "sessions.gave_up"))};
  if (sessions.held_messages > 0)
    items.push_back(fmt::format("{} messages held by devices ({} failed)",
                                rate.count(sessions.held_messages, "sessions.held_messages"),
                                rate.count(sessions.held_failed, "sessions.held_failed")));
  return listing("Connections lost", items);
}

std::string session_lines(const spec::SessionSummary& sessions, const Rates& rate, const Marks& marks) {
  std::string lines;
  if (sessions.logins + sessions.logouts > 0) {
    std::vector<std::string> items{fmt::format("{} logins", rate(sessions.logins, "sessions.logins")),
                                   fmt::format("{} completed", rate(sessions.completed, "sessions.completed")),
                                   fmt::format("{} attempts refused", rate.count(sessions.refused, "sessions.refused")),
                                   fmt::format("{} given up", rate.count(sessions.failed, "sessions.failed"))};
    if (sessions.reconnects > 0)
      items.push_back(fmt::format("{} sent away by a drain", rate.count(sessions.reconnects, "sessions.reconnects")));
    items.push_back(fmt::format("{} logouts", rate(sessions.logouts, "sessions.logouts")));
    lines += listing("Sessions", items);
  }
  lines += storm_line(sessions, rate, marks);
  if (sessions.connections == 0) return lines;
  std::vector<std::string> items{
      fmt::format("{} in all", marks.with_interval(format_whole(sessions.connections), "sessions.connections")),
      fmt::format("fullest gateway {} of {} ({})",
                  marks(format_whole(sessions.connections_max), "sessions.connections_max"),
                  marks(format_whole(sessions.connection_limit), "sessions.connection_limit"),
                  marks(format_bytes(spec::Bytes(sessions.connection_memory_bytes)),
                        "sessions.connection_memory_bytes")),
      fmt::format("longest outbound queue {}",
                  marks(format_count(sessions.outbound_max), "sessions.outbound_max")),
      fmt::format("{} heartbeats", marks.with_interval(format_rate(spec::PerSecond(sessions.heartbeats_per_s)), "sessions.heartbeats_per_s")),
      fmt::format("{} last seen", marks.with_interval(format_rate(spec::PerSecond(sessions.last_seen_per_s)), "sessions.last_seen_per_s"))};
  if (sessions.polls_per_s > 0)
    items.push_back(fmt::format("{} long polls", marks.with_interval(format_rate(spec::PerSecond(sessions.polls_per_s)), "sessions.polls_per_s")));
  return lines + listing("Connections", items);
}

std::string cache_line(const spec::CacheSummary& cache, const Rates& rate, const Marks& marks) {
  if (cache.hits + cache.misses == 0) return "";
  const bool evicts = std::isfinite(cache.eviction_age.value());
  return listing(
      "Profile cache",
      {fmt::format("{} hits", marks.with_interval(format_percent(cache.hit_ratio), "profile_cache.hit_ratio")), fmt::format("{} misses", rate(cache.misses, "profile_cache.misses")),
       fmt::format("{} waited for another's read", rate.count(cache.waits, "profile_cache.waits")),
       fmt::format("{} of all profiles resident", marks.with_interval(format_percent(cache.resident_share), "profile_cache.resident_share")),
       evicts ? fmt::format("a row is evicted {} after its last use", marks.with_interval(format_duration(cache.eviction_age), "profile_cache.eviction_age_ms"))
              : "nothing is evicted"});
}

std::string blob_line(const spec::BlobSummary& blobs, const Rates& rate, const Marks& marks) {
  if (blobs.uploads + blobs.downloads + blobs.failed == 0) return "";
  std::vector<std::string> items{
      fmt::format("{} uploads", rate(blobs.uploads, "blobs.uploads")),
      fmt::format("{} passed on", rate(blobs.passed_on, "blobs.passed_on")),
      blobs.downloads == 0 ? "no downloads"
                           : fmt::format("{} downloads ({} from memory)", rate(blobs.downloads, "blobs.downloads"),
                                         share(blobs.cache_hits, blobs.downloads)),
      fmt::format("{} failed", rate.count(blobs.failed, "blobs.failed")),
      fmt::format("{} up", marks.with_interval(format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_up_per_s)), "blobs.bytes_up_per_s")),
      fmt::format("{} down", marks.with_interval(format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_down_per_s)), "blobs.bytes_down_per_s")),
      fmt::format("{} onto disks ({} for each byte)",
                  marks.with_interval(format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_stored_per_s)), "blobs.bytes_stored_per_s"),
                  marks.with_interval(format_number(blobs.overhead), "blobs.overhead")),
      fmt::format("disks {} utilised (busiest {})", marks.with_interval(format_utilisation(blobs.disk_utilisation), "blobs.disk_utilisation"),
                  marks(format_utilisation(blobs.disk_utilisation_max), "blobs.disk_utilisation_max"))};
  return listing("Pictures", items);
}

}  // namespace

std::string workload_lines(const spec::Result& result, const Marks& marks) {
  const Rates rate(result, marks);
  return mailbox_line(result.mailbox, rate) + status_line(result.statuses, rate) +
         session_lines(result.sessions, rate, marks) + cache_line(result.profile_cache, rate, marks) +
         blob_line(result.blobs, rate, marks);
}

}  // namespace chatsim::cli
