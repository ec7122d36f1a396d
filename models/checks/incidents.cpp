#include "models/checks/incidents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::models {

namespace {

/// For a 99th percentile to mean something, and so that a burst (a mailbox of months, a message to a large group) is not taken
/// for an incident.
constexpr std::uint64_t messages_of_block = 200;
constexpr sim::Duration length_of_block{1'000'000'000};
/// A block may be so many times as bad as the worst before and still be as before.
constexpr double latency_tolerance = 1.5;
constexpr double waiting_tolerance = 2;
constexpr double failed_tolerance = 1.25;
/// And, where there was next to nothing before, so much: of the messages offered, and requests in all queues together.
constexpr double failed_share_usual = 1e-3;
constexpr double waiting_usual = 10;

double seconds(sim::Duration duration) { return sim::to_seconds(duration).value(); }
double milliseconds(sim::Duration duration) { return static_cast<double>(duration.count()) * 1e-6; }

}  // namespace

/// Windows of the time series, joined until they hold enough messages.
struct Incidents::Block {
  sim::Time begin, end;
  double failed_share = 0;
  double waiting = 0;  ///< In the mean.
  double ack_p99 = 0;

  void take_worst(const Block& other) {
    failed_share = std::max(failed_share, other.failed_share);
    waiting = std::max(waiting, other.waiting);
    ack_p99 = std::max(ack_p99, other.ack_p99);
  }
};

std::string describe(const spec::Fault& fault) {
  std::string text(spec::enum_name(fault.kind));
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!fault.target.empty()) text += " of " + fault.target;
  if (!fault.against.empty()) text += " against " + fault.against;
  if (fault.kind == spec::FaultKind::load_spike) text += fmt::format(" by {:g}", fault.factor);
  text += " at " + spec::to_text(fault.at);
  if (fault.lasts) text += " for " + spec::to_text(*fault.lasts);
  return text;
}

void Incidents::look() {
  const auto& events = faults_.events();
  detections_.resize(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    Detection& detection = detections_[i];
    const auto& machines = events[i].machines;
    for (; detection.known < machines.size(); ++detection.known)
      detection.unnoticed.push_back(machines[detection.known]);
    const std::size_t before = detection.unnoticed.size();
    std::erase_if(detection.unnoticed,
                  [&](sim::MachineIndex machine) { return !context_.membership.listed_up(machine); });
    if (detection.unnoticed.size() != before) detection.last = context_.world.scheduler.now();
  }
}

/// Faults that overlap are one incident.
std::vector<Incidents::Span> Incidents::spans(sim::Time end) const {
  std::vector<Span> spans;
  const auto& events = faults_.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const sim::Time ended = events[i].ended.value_or(end);
    if (spans.empty() || events[i].began > spans.back().end) {
      spans.push_back({events[i].began, ended, {i}});
    } else {
      spans.back().end = std::max(spans.back().end, ended);
      spans.back().events.push_back(i);
    }
  }
  return spans;
}

std::vector<Incidents::Block> Incidents::blocks() const {
  const sim::Series& series = context_.timeline.series();
  std::vector<Block> blocks;
  sim::Histogram ack;
  std::uint64_t offered = 0, failed = 0, waiting = 0;
  bool begins = true;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (begins) blocks.push_back({.begin = series.begin(i), .end = {}});
    Block& block = blocks.back();
    block.end = series.end(i);
    offered += series.counted(i, Timeline::offered);
    failed += series.counted(i, Timeline::failed);
    waiting += series.counted(i, Timeline::waiting_sum);
    ack.merge(series.recorded(i, Timeline::send_to_ack));
    begins = (offered >= messages_of_block && block.end - block.begin >= length_of_block) || i + 1 == series.size();
    if (!begins) continue;
    block.waiting = static_cast<double>(waiting) * seconds(context_.timeline.window()) / seconds(block.end - block.begin);
    block.failed_share = static_cast<double>(failed) / static_cast<double>(std::max<std::uint64_t>(1, offered));
    block.ack_p99 = milliseconds(ack.quantile(0.99));
    offered = failed = waiting = 0;
    ack.clear();
  }
  return blocks;
}

spec::PhaseSummary Incidents::phase(sim::Time begin, sim::Time end) const {
  const sim::Series& series = context_.timeline.series();
  spec::PhaseSummary summary;
  sim::Histogram ack, deliver;
  std::uint64_t counts[Timeline::counts] = {};
  sim::Duration covered{};
  for (std::size_t i = 0; i < series.size(); ++i) {
    // A window belongs to where its middle is.
    const sim::Time middle = series.begin(i) + (series.end(i) - series.begin(i)) / 2;
    if (middle < begin || middle >= end) continue;
    covered += series.end(i) - series.begin(i);
    for (std::size_t count = 0; count < Timeline::counts; ++count) counts[count] += series.counted(i, count);
    summary.queue_max = std::max(summary.queue_max, series.seen(i, Timeline::waiting));
    ack.merge(series.recorded(i, Timeline::send_to_ack));
    deliver.merge(series.recorded(i, Timeline::send_to_deliver));
  }
  summary.seconds = seconds(covered);
  if (summary.seconds <= 0) return summary;
  const auto rate = [&](Timeline::Count count) { return static_cast<double>(counts[count]) / summary.seconds; };
  summary.offered_per_s = rate(Timeline::offered);
  summary.acknowledged_per_s = rate(Timeline::acknowledged);
  summary.delivered_per_s = rate(Timeline::delivered);
  summary.failed_per_s = rate(Timeline::failed);
  summary.send_to_ack_p50_ms = milliseconds(ack.quantile(0.5));
  summary.send_to_ack_p99_ms = milliseconds(ack.quantile(0.99));
  summary.send_to_deliver_p99_ms = milliseconds(deliver.quantile(0.99));
  summary.latency = {ack.summary("send_to_ack"), deliver.summary("send_to_deliver")};
  return summary;
}

std::vector<spec::IncidentReport> Incidents::report(sim::Time since, sim::Time end) const {
  const std::vector<Span> all = spans(end);
  const std::vector<Block> series_blocks = blocks();
  const sim::Series& series = context_.timeline.series();
  std::vector<spec::IncidentReport> reports;
  for (std::size_t number = 0; number < all.size(); ++number) {
    const Span& span = all[number];
    const sim::Time next = number + 1 < all.size() ? all[number + 1].begin : end;
    const sim::Time before_begin = std::max(since, number > 0 ? all[number - 1].end : since);
    spec::IncidentReport& report = reports.emplace_back();
    report.name = fmt::format("incident_{}", number + 1);
    report.began_s = sim::to_seconds(span.begin).value();
    bool is_over = true, all_noticed = true;
    sim::Time noticed = span.begin;
    for (const std::size_t event : span.events) {
      const sim::FaultTimetable::Event& happened = faults_.events()[event];
      report.faults.push_back(describe(*happened.fault));
      report.machines_lost += happened.machines.size();
      is_over = is_over && happened.ended;
      if (event >= detections_.size()) continue;
      const Detection& detection = detections_[event];
      all_noticed = all_noticed && detection.unnoticed.empty();
      noticed = std::max(noticed, detection.last);
    }
    if (is_over) report.ended_s = sim::to_seconds(span.end).value();
    if (!context_.membership.follows_list()) all_noticed = true;
    if (all_noticed) report.detect_s = seconds(noticed - span.begin);

    // What was usual, and the last time that it was not.
    Block usual{};
    for (const Block& block : series_blocks) {
      if (block.begin >= before_begin && block.end <= span.begin) usual.take_worst(block);
    }
    sim::Time failing = span.begin, piled_up = span.begin, unwell = span.begin;
    bool fails_at_end = false, piles_at_end = false, unwell_at_end = false;
    for (const Block& block : series_blocks) {
      if (block.end <= span.begin || block.begin >= next) continue;
      fails_at_end = block.failed_share > failed_tolerance * usual.failed_share + failed_share_usual;
      piles_at_end = block.waiting > waiting_tolerance * usual.waiting + waiting_usual;
      unwell_at_end = fails_at_end || piles_at_end || block.ack_p99 > latency_tolerance * usual.ack_p99;
      if (fails_at_end) failing = block.end;
      if (piles_at_end) piled_up = block.end;
      if (unwell_at_end) unwell = block.end;
    }
    if (!fails_at_end) report.fail_over_s = seconds(failing - span.begin);
    if (!piles_at_end) report.drain_s = seconds(piled_up - span.begin);
    if (!unwell_at_end) report.full_health_s = seconds(unwell - span.begin);

    for (std::size_t i = 0; i < series.size(); ++i) {
      if (series.end(i) <= span.begin || series.begin(i) >= next) continue;
      report.late += series.counted(i, Timeline::late);
      report.failed += series.counted(i, Timeline::failed);
      report.duplicated += series.counted(i, Timeline::duplicated);
      report.queue_max = std::max(report.queue_max, series.seen(i, Timeline::waiting));
    }
    report.before = phase(before_begin, span.begin);
    report.during = phase(span.begin, is_over ? span.end : end);
    report.after = is_over ? phase(span.end, next) : spec::PhaseSummary{};
  }
  return reports;
}

}  // namespace chatsim::models
