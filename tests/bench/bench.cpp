// usage: chatsim_bench [--json | --smoke] [NAME...]
// Runs each benchmark in a child process of its own and prints what it found.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "models/run/child.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

struct Benchmark {
  std::string name;
  std::function<Row()> measure;
};

std::vector<Benchmark> benchmarks() {
  std::vector<Benchmark> all;
  const auto add = [&](const char* name, Row (*measure)(std::uint64_t), std::uint64_t size) {
    all.push_back({fmt::format("{}_{}", name, size), [=] { return measure(size); }});
  };
  add("platform", measure_platform, 50'000);
  for (std::uint64_t pending = 100; pending <= 10'000'000; pending *= 10)
    add("event_queue", measure_event_queue, pending);
  for (const std::uint64_t machines : {500, 5'000, 50'000}) add("pipeline", measure_pipeline, machines);
  for (const std::uint64_t machines : {500, 5'000, 50'000}) add("service", measure_service, machines);
  return all;
}

/// What the tests run: a second or two.
const std::vector<std::string> smoke = {"event_queue_1000", "pipeline_500", "service_500"};

enum class Format { table, json, hashes };

struct Column {
  const char* title;
  const char* field;
  double unit;
  int decimals;
};
constexpr Column columns[] = {
    {"M events/s", "events_per_s", 1e6, 2},       {"ns/event", "ns_per_event", 1, 1},
    {"k messages/s", "messages_per_s", 1e3, 1},   {"mean ms", "mean_ms", 1, 4},
    {"bytes/machine", "bytes_per_machine", 1, 0}, {"bytes/host", "bytes_per_host", 1, 0},
    {"peak MB", "peak_rss_bytes", 1e6, 0},        {"build s", "platform_build_s", 1, 2}};

void print_head() {
  fmt::print("{:<20}", "");
  for (const Column& column : columns) fmt::print("{:>15}", column.title);
  fmt::print("  hash\n");
}

void print(const std::string& name, const Row& row, Format format) {
  if (format == Format::json) {
    Row line = {{"name", name}};
    line.update(row);
    fmt::print("{}\n", line.dump());
  } else if (format == Format::hashes) {
    fmt::print("{} {}\n", name, row.value("hash", ""));
  } else {
    fmt::print("{:<20}", name);
    for (const Column& column : columns) {
      if (row.contains(column.field)) {
        fmt::print("{:>15.{}f}", row[column.field].get<double>() / column.unit, column.decimals);
      } else {
        fmt::print("{:>15}", "");
      }
    }
    fmt::print("  {}\n", row.value("hash", ""));
  }
  std::fflush(stdout);
}

bool run(const Benchmark& benchmark, Format format) {
  const std::atomic<bool> never{false};
  const auto outcome = models::run_in_child(
      [&](const std::atomic<bool>&, const models::Notify&) { return benchmark.measure().dump(); }, never,
      [](std::string_view) {});
  if (const auto* failure = std::get_if<models::ChildFailure>(&outcome)) {
    fmt::print(stderr, "{}: {}\n", benchmark.name, failure->message);
    return false;
  }
  print(benchmark.name, Row::parse(std::get<models::ChildOutput>(outcome).bytes), format);
  return true;
}

int main(std::vector<std::string> names) {
  Format format = Format::table;
  if (std::erase(names, "--json") > 0) format = Format::json;
  if (std::erase(names, "--smoke") > 0) {
    format = Format::hashes;
    names = smoke;
  }
  const std::vector<Benchmark> all = benchmarks();
  for (const std::string& name : names) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const Benchmark& benchmark) { return benchmark.name == name; })) {
      fmt::print(stderr, "usage: chatsim_bench [--json | --smoke] [NAME...]; there is no {}, there are:\n",
                 name);
      for (const Benchmark& benchmark : all) fmt::print(stderr, "  {}\n", benchmark.name);
      return 2;
    }
  }
  if (format == Format::table) print_head();
  bool all_ran = true;
  for (const Benchmark& benchmark : all) {
    if (!names.empty() && std::find(names.begin(), names.end(), benchmark.name) == names.end()) continue;
    all_ran &= run(benchmark, format);
  }
  return all_ran ? 0 : 1;
}

}  // namespace

}  // namespace chatsim::bench

int main(int argc, char** argv) { return chatsim::bench::main({argv + 1, argv + argc}); }
