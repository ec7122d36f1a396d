#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "models/run/replications.hpp"

namespace chatsim::cli {

/// One line about a run under way: "running  1.24 of 3 s  41 %  8.12 M events/s  18 s left".
class ProgressLine {
 public:
  std::string operator()(const models::Progress& progress);

 private:
  std::optional<models::Progress> start_;  // rates count from here: building the platform makes no events
};

/// The same about replications: "3 of at most 20 replications done, 2 running (41 %)  at most 14 s left".
std::string replications_line(const models::ReplicationsProgress& progress, std::string_view noun = "replications");

/// Shows the line on `stream`: rewritten in place on a terminal, otherwise a plain line every few seconds.
/// Its clock is Progress::wall_s, for a thread must not exist when the simulation forks.
class ProgressDisplay {
 public:
  enum class Mode { silent, rewritten, lines };

  ProgressDisplay(Mode mode, std::FILE* stream);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

  void show(const models::Progress& progress);
  void show(const models::ReplicationsProgress& progress, std::string_view noun = "replications");

  /// Takes a rewritten line away, so that the report begins on a clean one.
  void clear();

 private:
  void write(const std::string& text);

  Mode mode_;
  std::FILE* stream_;
  ProgressLine line_;
  std::optional<models::Progress> shown_;
  std::optional<models::ReplicationsProgress> replications_shown_;
};

/// What `--progress auto|on|off` means for this stream.
enum class ProgressOption { automatic, on, off };
ProgressDisplay::Mode progress_mode(ProgressOption option, std::FILE* stream);

}  // namespace chatsim::cli
