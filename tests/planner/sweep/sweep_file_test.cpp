#include "planner/sweep/sweep_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace chatsim;
using planner::SweepFile;

namespace {

struct Folder {
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("chatsim_sweep_" + std::to_string(getpid()));
  std::string file(const std::string& name) const { return (path / name).string(); }
};

planner::SweepPlan plan_of(std::size_t points) {
  planner::SweepPlan plan{.version = "1", .scenario = "name: x", .axes = {"a", "b"}, .design = "grid", .points = {}, .metrics = {}};
  for (std::size_t i = 0; i < points; ++i) plan.points.push_back({std::to_string(i), "half of " + std::to_string(i)});
  plan.replications = 2;
  plan.first_seed = 7;
  return plan;
}

void simulate(SweepFile& file, const planner::SweepRun& run) {
  const double x = static_cast<double>(run.point) + 0.1 * static_cast<double>(run.seed);
  file.put(run, {{"latency", x}, {"never", HUGE_VAL}});
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("A sweep goes on with what is missing, and its file does not tell in which order it was filled") {
  const Folder folder;
  const auto plan = plan_of(20);
  SweepFile once(folder.file("once"), plan);
  CHECK(once.missing().size() == 40);
  for (const auto& run : once.missing()) simulate(once, run);
  CHECK(once.missing().empty());
  once.finish();
  {
    SweepFile first(folder.file("twice"), plan);
    auto missing = first.missing();
    std::reverse(missing.begin(), missing.end());
    for (std::size_t i = 0; i < 17; ++i) simulate(first, missing[i]);
  }
  {
    SweepFile second(folder.file("twice"), plan);
    CHECK(second.done() == 17);
    CHECK(second.missing().size() == 23);
    for (const auto& run : second.missing()) simulate(second, run);
    second.finish();
  }
  CHECK(bytes_of(folder.file("once")) == bytes_of(folder.file("twice")));
  SweepFile(folder.file("twice"), plan).finish();
  CHECK(bytes_of(folder.file("once")) == bytes_of(folder.file("twice")));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 2);
}

TEST_CASE("A process that is killed at any moment loses nothing that was put") {
  const Folder folder;
  const auto plan = plan_of(60);
  std::mt19937 engine(1);
  for (int kills = 0; kills < 5; ++kills) {
    const pid_t child = fork();
    if (child == 0) {
      SweepFile file(folder.file("killed"), plan);
      for (const auto& run : file.missing()) {
        simulate(file, run);
        usleep(500);
      }
      _exit(0);
    }
    usleep(2000 + engine() % 15'000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
  }
  SweepFile killed(folder.file("killed"), plan), whole(folder.file("whole"), plan);
  CHECK(killed.done() + killed.missing().size() == 120);
  for (SweepFile* file : {&killed, &whole}) {
    for (const auto& run : file->missing()) simulate(*file, run);
    file->finish();
  }
  CHECK(bytes_of(folder.file("killed")) == bytes_of(folder.file("whole")));
}

TEST_CASE("Rows are means over the runs of a point") {
  const Folder folder;
  SweepFile file(folder.file("rows"), plan_of(2));
  simulate(file, {0, 7});
  simulate(file, {0, 8});
  file.put_failure({1, 7}, "out of memory");
  CHECK(file.metrics() == std::vector<std::string>{"latency", "never"});
  const auto rows = file.rows();
  CHECK(*rows[0].figures[0] == Approx(0.75));
  CHECK_FALSE(rows[0].figures[1]);
  CHECK(rows[0].runs == 2);
  CHECK(rows[0].values == planner::Point{"0", "half of 0"});
  CHECK(rows[1].failed == 1);
  CHECK_FALSE(rows[1].figures[0]);
}

TEST_CASE("What is another sweep, another file, or in use says so") {
  const Folder folder;
  const auto error_of = [&](const std::string& name, const planner::SweepPlan& plan) -> std::string {
    try {
      SweepFile file(folder.file(name), plan);
    } catch (const planner::SweepFileError& error) {
      return std::string(error.what()).substr(folder.path.string().size() + 1);
    }
    return "";
  };
  { SweepFile file(folder.file("one"), plan_of(3)); }
  CHECK(error_of("one", plan_of(3)) == "");
  auto other = plan_of(3);
  other.scenario = "name: y";
  CHECK(error_of("one", other) == "one: is another sweep, its scenario differs; give it another file, or remove this one");
  other = plan_of(3);
  other.points[1][0] = "?";
  CHECK(error_of("one", other) == "one: is another sweep, its points differ; give it another file, or remove this one");
  std::ofstream(folder.file("text")) << "some text that is long enough to be taken for the head of a database, more or less.....";
  CHECK(error_of("text", plan_of(3)) == "text: is no file of a sweep");
  CHECK(error_of("none/one", plan_of(3)) == "none/one: unable to open database file");
  SweepFile open(folder.file("one"), plan_of(3));
  CHECK(error_of("one", plan_of(3)) == "one: another process is at this sweep; wait for it or end it");
}
