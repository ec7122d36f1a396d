#include "cli/fault_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

/// A timetable at random may have thousands.
constexpr std::size_t incidents_shown = 10;
constexpr std::size_t faults_shown = 4;

std::string after(double seconds, const char* never) {
  if (!std::isfinite(seconds)) return never;
  return seconds == 0 ? "at once" : "after " + format_duration(spec::Seconds(seconds));
}

std::string title_of(const spec::IncidentReport& incident, std::size_t number) {
  std::string faults;
  for (std::size_t i = 0; i < incident.faults.size() && i < faults_shown; ++i)
    faults += (i == 0 ? "" : "; ") + incident.faults[i];
  if (incident.faults.size() > faults_shown) faults += fmt::format("; {} more", incident.faults.size() - faults_shown);
  const std::string until = std::isfinite(incident.ended_s)
                                ? "to " + format_duration(spec::Seconds(incident.ended_s))
                                : std::string("until the end");
  return fmt::format("Incident {}, from {} {}: {}", number, format_duration(spec::Seconds(incident.began_s)), until,
                     faults);
}

void add_phase(Table& table, const char* name, const spec::PhaseSummary& phase) {
  if (phase.seconds == 0) return;
  const auto milliseconds = [](double ms) { return format_duration(spec::Seconds(ms * 1e-3)); };
  table.add_row({name, format_duration(spec::Seconds(phase.seconds)), format_rate(spec::PerSecond(phase.offered_per_s)),
                 format_rate(spec::PerSecond(phase.acknowledged_per_s)),
                 format_rate(spec::PerSecond(phase.delivered_per_s)), format_rate(spec::PerSecond(phase.failed_per_s)),
                 milliseconds(phase.send_to_ack_p50_ms), milliseconds(phase.send_to_ack_p99_ms),
                 milliseconds(phase.send_to_deliver_p99_ms), format_count(phase.queue_max)});
}

std::string incident_text(const spec::IncidentReport& incident, std::size_t number, const Paint& paint) {
  using Align = Table::Align;
  Table phases(title_of(incident, number), {{"", Align::left},
                                            {"time"},
                                            {"offered"},
                                            {"acknowledged"},
                                            {"delivered"},
                                            {"failed"},
                                            {"send_to_ack\np50"},
                                            {"\np99"},
                                            {"to_deliver\np99"},
                                            {"waiting\nat most"}});
  add_phase(phases, "before", incident.before);
  add_phase(phases, "during", incident.during);
  add_phase(phases, "after", incident.after);
  std::string text = phases.render(paint);
  if (incident.machines_lost > 0) {
    text += wrapped(fmt::format("  {} machine{} lost, {}", format_count(incident.machines_lost),
                                incident.machines_lost == 1 ? "" : "s",
                                std::isfinite(incident.detect_s) ? "found out " + after(incident.detect_s, "")
                                                                 : "back before all were found out"));
  }
  const std::string recovery = wrapped(
      fmt::format("  back to usual: failures {}, queues {}, everything {}",
                  after(incident.fail_over_s, "never"), after(incident.drain_s, "never"),
                  after(incident.full_health_s, "never")));
  text += std::isfinite(incident.full_health_s) ? recovery : paint(Ink::alarm, recovery.substr(0, recovery.size() - 1)) + "\n";
  return text + fmt::format("  {} messages late, {} failed, {} shown twice\n\n", format_count(incident.late),
                            format_count(incident.failed), format_count(incident.duplicated));
}

std::string settle_text(const spec::SettleReport& settle, const Paint& paint) {
  if (!settle.demanded) return "";
  if (settle.settled) {
    return fmt::format("Healed: {} after the end all was delivered, replicas agreed and everybody was listed as up\n\n",
                       format_duration(spec::Seconds(settle.after_s)));
  }
  const std::string left = listing(
      "Not healed, with everything mended and no new messages",
      {fmt::format("{} messages and {} deliveries open", format_count(settle.messages_open),
                   format_count(settle.deliveries_open)),
       fmt::format("{} connected users with messages that wait", format_count(settle.left_behind)),
       fmt::format("{} rows on which replicas differ", format_count(settle.divergent_rows)),
       fmt::format("{} ranges without a leader", format_count(settle.leaderless_ranges)),
       fmt::format("{} machines that are up and listed as down", format_count(settle.listed_down)),
       fmt::format("{} tiers overloaded", format_count(settle.overloaded_tiers))});
  return paint(Ink::alarm, left.substr(0, left.size() - 1)) + "\n\n";
}

}  // namespace

std::string fault_report(const spec::Result& result, const Paint& paint) {
  std::string text;
  for (std::size_t i = 0; i < result.incidents.size() && i < incidents_shown; ++i)
    text += incident_text(result.incidents[i], i + 1, paint);
  if (result.incidents.size() > incidents_shown) {
    text += fmt::format("{} further incidents are in the JSON output\n\n",
                        format_count(result.incidents.size() - incidents_shown));
  }
  return text + settle_text(result.settle, paint);
}

}  // namespace chatsim::cli
