#include "cli/workload_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/format.hpp"
#include "cli/listing.hpp"

namespace chatsim::cli {
namespace {

class Rates {
 public:
  explicit Rates(const spec::Result& result) : measured_s_(result.measured_s) {}
  std::string operator()(std::uint64_t count) const {
    return format_rate(spec::PerSecond(static_cast<double>(count) / measured_s_));
  }

 private:
  double measured_s_;
};

std::string format_whole(double number) {
  return format_count(static_cast<std::uint64_t>(std::llround(number)));
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return format_percent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string mailbox_line(const spec::MailboxCounts& mailbox, const Rates& rate) {
  if (mailbox.delivered + mailbox.failed + mailbox.suppressed + mailbox.overtaken == 0) return "";
  return listing("Mailboxes", {fmt::format("{} messages handed over at logins", rate(mailbox.delivered)),
                               fmt::format("{} left for the login after", format_count(mailbox.failed)),
                               fmt::format("{} second copies dropped", format_count(mailbox.suppressed)),
                               fmt::format("{} overtaken by later ones", format_count(mailbox.overtaken))});
}

std::string status_line(const spec::StatusCounts& statuses, const Rates& rate) {
  if (statuses.sent + statuses.delivered + statuses.read == 0) return "";
  return listing(
      "Statuses",
      {fmt::format("{} sent", rate(statuses.sent)), fmt::format("{} delivered", rate(statuses.delivered)),
       fmt::format("{} read", rate(statuses.read)),
       fmt::format("{} receipts to authors ({} failed)", rate(statuses.receipts_returned),
                   format_count(statuses.receipts_failed))});
}

std::string session_lines(const spec::SessionSummary& sessions, const Rates& rate, const Marks& marks) {
  std::string lines;
  if (sessions.logins + sessions.logouts > 0) {
    std::vector<std::string> items{fmt::format("{} logins", rate(sessions.logins)),
                                   fmt::format("{} completed", rate(sessions.completed)),
                                   fmt::format("{} attempts refused", format_count(sessions.refused)),
                                   fmt::format("{} given up", format_count(sessions.failed))};
    if (sessions.reconnects > 0)
      items.push_back(fmt::format("{} sent away by a drain", format_count(sessions.reconnects)));
    items.push_back(fmt::format("{} logouts", rate(sessions.logouts)));
    lines += listing("Sessions", items);
  }
  if (sessions.connections == 0) return lines;
  std::vector<std::string> items{
      fmt::format("{} in all", format_whole(sessions.connections)),
      fmt::format("fullest gateway {} of {} ({})",
                  marks(format_whole(sessions.connections_max), "sessions.connections_max"),
                  marks(format_whole(sessions.connection_limit), "sessions.connection_limit"),
                  marks(format_bytes(spec::Bytes(sessions.connection_memory_bytes)),
                        "sessions.connection_memory_bytes")),
      fmt::format("longest outbound queue {}",
                  marks(format_count(sessions.outbound_max), "sessions.outbound_max")),
      fmt::format("{} heartbeats", format_rate(spec::PerSecond(sessions.heartbeats_per_s))),
      fmt::format("{} last seen", format_rate(spec::PerSecond(sessions.last_seen_per_s)))};
  if (sessions.polls_per_s > 0)
    items.push_back(fmt::format("{} long polls", format_rate(spec::PerSecond(sessions.polls_per_s))));
  return lines + listing("Connections", items);
}

std::string cache_line(const spec::CacheSummary& cache, const Rates& rate) {
  if (cache.hits + cache.misses == 0) return "";
  const bool evicts = std::isfinite(cache.eviction_age.value());
  return listing(
      "Profile cache",
      {fmt::format("{} hits", format_percent(cache.hit_ratio)), fmt::format("{} misses", rate(cache.misses)),
       fmt::format("{} waited for another's read", format_count(cache.waits)),
       fmt::format("{} of all profiles resident", format_percent(cache.resident_share)),
       evicts ? fmt::format("a row is evicted {} after its last use", format_duration(cache.eviction_age))
              : "nothing is evicted"});
}

std::string blob_line(const spec::BlobSummary& blobs, const Rates& rate, const Marks& marks) {
  if (blobs.uploads + blobs.downloads + blobs.failed == 0) return "";
  std::vector<std::string> items{
      fmt::format("{} uploads", rate(blobs.uploads)),
      fmt::format("{} passed on", rate(blobs.passed_on)),
      blobs.downloads == 0 ? "no downloads"
                           : fmt::format("{} downloads ({} from memory)", rate(blobs.downloads),
                                         share(blobs.cache_hits, blobs.downloads)),
      fmt::format("{} failed", format_count(blobs.failed)),
      fmt::format("{} up", format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_up_per_s))),
      fmt::format("{} down", format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_down_per_s))),
      fmt::format("{} onto disks ({} for each byte)",
                  format_bytes_per_second(spec::BytesPerSecond(blobs.bytes_stored_per_s)),
                  format_number(blobs.overhead)),
      fmt::format("disks {} utilised (busiest {})", format_utilisation(blobs.disk_utilisation),
                  marks(format_utilisation(blobs.disk_utilisation_max), "blobs.disk_utilisation_max"))};
  return listing("Pictures", items);
}

}  // namespace

std::string workload_lines(const spec::Result& result, const Marks& marks) {
  const Rates rate(result);
  return mailbox_line(result.mailbox, rate) + status_line(result.statuses, rate) +
         session_lines(result.sessions, rate, marks) + cache_line(result.profile_cache, rate) +
         blob_line(result.blobs, rate, marks);
}

}  // namespace chatsim::cli
