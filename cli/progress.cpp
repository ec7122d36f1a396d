#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "cli/format.hpp"

namespace chatsim::cli {
namespace {

constexpr double rewrite_interval_s = 0.2;
constexpr double line_interval_s = 5;

std::string_view name_of(models::Progress::Phase phase) {
  switch (phase) {
    case models::Progress::Phase::building:
      return "building the datacenter";
    case models::Progress::Phase::running:
      return "running";
    case models::Progress::Phase::finishing:
      return "finishing";
  }
  return "";
}

}  // namespace

std::string ProgressLine::operator()(const models::Progress& progress) {
  std::string text(name_of(progress.phase));
  if (progress.phase != models::Progress::Phase::running) return text;
  if (!start_) start_ = progress;

  const double share =
      progress.duration_s > 0 ? std::min(progress.simulated_s / progress.duration_s, 1.0) : 0;
  text += fmt::format("  {:.2f} of {} s  {:.0f} %", progress.simulated_s, format_number(progress.duration_s),
                      std::min(share * 100, progress.simulated_s < progress.duration_s ? 99.0 : 100.0));
  const double wall_s = progress.wall_s - start_->wall_s;
  const double simulated_s = progress.simulated_s - start_->simulated_s;
  if (wall_s <= 0 || simulated_s <= 0) return text;
  const auto rate = spec::PerSecond(static_cast<double>(progress.events - start_->events) / wall_s);
  const std::string events_per_s = format_rate(rate);
  const double left_s = std::max(0.0, progress.duration_s - progress.simulated_s) * wall_s / simulated_s;
  text += fmt::format("  {} events/s", events_per_s.substr(0, events_per_s.size() - 2));
  text += left_s < 60 ? fmt::format("  {:.0f} s left", left_s)
                      : fmt::format("  {} left", format_duration(spec::Seconds(left_s)));
  return text;
}

std::string replications_line(const models::ReplicationsProgress& progress, std::string_view noun) {
  if (progress.finished + progress.running == 0) return "building the datacenter";
  std::string text = fmt::format("{} of at most {} {} done, {} running", progress.finished, progress.planned, noun,
                                 progress.running);
  const double under_way = progress.duration_s > 0 ? progress.simulated_s / progress.duration_s : 0;
  if (progress.running > 0)
    text += fmt::format(" ({:.0f} %)", std::min(99.0, under_way / static_cast<double>(progress.running) * 100));
  const double done = static_cast<double>(progress.finished) + under_way;
  if (done <= 0) return text;
  const double left_s = std::max(0.0, static_cast<double>(progress.planned) - done) * progress.wall_s / done;
  return text + fmt::format("  at most {} left", left_s < 60 ? fmt::format("{:.0f} s", left_s)
                                                             : format_duration(spec::Seconds(left_s)));
}

ProgressDisplay::ProgressDisplay(Mode mode, std::FILE* stream) : mode_(mode), stream_(stream) {}

ProgressDisplay::~ProgressDisplay() { clear(); }

void ProgressDisplay::show(const models::Progress& progress) {
  if (mode_ == Mode::silent) return;
  const std::string text = line_(progress);  // every time, so that it sees where the run begins
  const double interval_s = mode_ == Mode::rewritten ? rewrite_interval_s : line_interval_s;
  const bool due =
      !shown_ || shown_->phase != progress.phase || progress.wall_s >= shown_->wall_s + interval_s;
  if (!due) return;
  shown_ = progress;
  write(text);
}

void ProgressDisplay::show(const models::ReplicationsProgress& progress, std::string_view noun) {
  if (mode_ == Mode::silent) return;
  const double interval_s = mode_ == Mode::rewritten ? rewrite_interval_s : line_interval_s;
  if (replications_shown_ && replications_shown_->finished == progress.finished &&
      progress.wall_s < replications_shown_->wall_s + interval_s) {
    return;
  }
  replications_shown_ = progress;
  write(replications_line(progress, noun));
}

void ProgressDisplay::write(const std::string& text) {
  const std::string shown =
      mode_ == Mode::rewritten ? fmt::format("\r{}\x1b[K", text) : fmt::format("{}\n", text);
  std::fputs(shown.c_str(), stream_);
  std::fflush(stream_);
}

void ProgressDisplay::clear() {
  if (mode_ != Mode::rewritten || !(shown_ || replications_shown_)) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
  shown_.reset();
  replications_shown_.reset();
}

ProgressDisplay::Mode progress_mode(ProgressOption option, std::FILE* stream) {
  const bool terminal = isatty(fileno(stream)) == 1;
  if (option == ProgressOption::off) return ProgressDisplay::Mode::silent;
  if (terminal) return ProgressDisplay::Mode::rewritten;
  return option == ProgressOption::on ? ProgressDisplay::Mode::lines : ProgressDisplay::Mode::silent;
}

}  // namespace chatsim::cli
