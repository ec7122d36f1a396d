#include "cli/progress.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::cli;
using chatsim::models::Progress;
using Replications = chatsim::models::ReplicationsProgress;

namespace {

Progress at(double wall_s, double simulated_s, std::uint64_t events) {
  return {Progress::Phase::running, simulated_s, 3, events, wall_s};
}

/// What a display of this mode writes.
class Recorder {
 public:
  explicit Recorder(ProgressDisplay::Mode mode) : stream_(std::tmpfile()), display_(mode, stream_) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() { std::fclose(stream_); }

  ProgressDisplay& display() { return display_; }
  std::string written() {
    std::string text;
    std::rewind(stream_);
    for (int letter; (letter = std::fgetc(stream_)) != EOF;) text += static_cast<char>(letter);
    return text;
  }

 private:
  std::FILE* stream_;
  ProgressDisplay display_;
};

}  // namespace

TEST_CASE("the line says how far the run is, how fast and how long still") {
  ProgressLine line;
  CHECK(line({Progress::Phase::building, 0, 3, 0, 0}) == "building the datacenter");
  CHECK(line(at(0.7, 0, 0)) == "running  0.00 of 3 s  0 %");
  // 10 s of wall time for 1.2 s: 15 s for the other 1.8 s
  CHECK(line(at(10.7, 1.2, 80'000'000)) == "running  1.20 of 3 s  40 %  8.000 M events/s  15 s left");
  CHECK(line(at(1000.7, 1.2, 80'000'000)) == "running  1.20 of 3 s  40 %  80.00 k events/s  25 min 0 s left");
  CHECK(line({Progress::Phase::finishing, 3, 3, 200'000'000, 26}) == "finishing");
}

TEST_CASE("a run that is not over is never at 100 %") {
  ProgressLine line;
  line(at(0, 0, 0));
  CHECK(line(at(10, 2.999, 10'000)) == "running  3.00 of 3 s  99 %  1.000 k events/s  0 s left");
}

TEST_CASE("on a terminal the line is rewritten five times a second and then taken away") {
  Recorder recorder(ProgressDisplay::Mode::rewritten);
  recorder.display().show(at(1.0, 0, 0));
  recorder.display().show(at(1.1, 0.3, 100));
  recorder.display().show(at(1.3, 0.6, 300));
  recorder.display().clear();
  CHECK(recorder.written() ==
        "\rrunning  0.00 of 3 s  0 %\x1b[K"
        "\rrunning  0.60 of 3 s  20 %  1.000 k events/s  1 s left\x1b[K"
        "\r\x1b[K");
}

TEST_CASE("elsewhere there is a line at each change of phase and every five seconds") {
  Recorder recorder(ProgressDisplay::Mode::lines);
  recorder.display().show(Progress{Progress::Phase::building, 0, 3, 0, 0});
  recorder.display().show(at(1, 0, 0));
  recorder.display().show(at(3, 0.3, 100));
  recorder.display().show(at(6, 0.6, 5000));
  recorder.display().clear();
  CHECK(recorder.written() ==
        "building the datacenter\n"
        "running  0.00 of 3 s  0 %\n"
        "running  0.60 of 3 s  20 %  1.000 k events/s  20 s left\n");
}

TEST_CASE("of replications the line says how many have ended and how far the others are") {
  CHECK(replications_line({0, 0, 20, 0, 5, 0.1}) == "building the datacenter");
  CHECK(replications_line({0, 1, 20, 0, 5, 0.1}) == "0 of at most 20 replications done, 1 running (0 %)");
  // 3.8 of 20 in 38 s: 16.2 more in 162 s
  CHECK(replications_line({3, 2, 20, 4, 5, 38}) ==
        "3 of at most 20 replications done, 2 running (40 %)  at most 2 min 42 s left");
  CHECK(replications_line({20, 0, 20, 0, 5, 38}) == "20 of at most 20 replications done, 0 running  at most 0 s left");
}

TEST_CASE("progress of replications is shown as they end, and five times a second between") {
  Recorder recorder(ProgressDisplay::Mode::rewritten);
  recorder.display().show(Replications{0, 1, 2, 0, 5, 0.1});
  recorder.display().show(Replications{0, 1, 2, 0.5, 5, 0.2});
  recorder.display().show(Replications{1, 1, 2, 0, 5, 0.25});
  recorder.display().clear();
  CHECK(recorder.written() ==
        "\r0 of at most 2 replications done, 1 running (0 %)\x1b[K"
        "\r1 of at most 2 replications done, 1 running (0 %)  at most 0 s left\x1b[K"
        "\r\x1b[K");
}

TEST_CASE("nothing is shown unless somebody looks") {
  Recorder recorder(ProgressDisplay::Mode::silent);
  recorder.display().show(at(1, 0, 0));
  recorder.display().clear();
  CHECK(recorder.written().empty());

  std::FILE* file = std::tmpfile();
  CHECK(progress_mode(ProgressOption::automatic, file) == ProgressDisplay::Mode::silent);
  CHECK(progress_mode(ProgressOption::on, file) == ProgressDisplay::Mode::lines);
  CHECK(progress_mode(ProgressOption::off, file) == ProgressDisplay::Mode::silent);
  std::fclose(file);
}
