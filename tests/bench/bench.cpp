// usage: chatsim_bench [--json | --smoke] [NAME...]
// Runs each benchmark, or those that are named, in a child process of its own and prints what it found: a table, or with
// --json a line of JSON each. --smoke runs a small variant of each kind and prints its hash alone.

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
  const auto add = [&](const char* name, Row (*measure)(std::uint64_t), std::initializer_list<std::uint64_t> sizes) {
    for (const std::uint64_t size : sizes) all.push_back({fmt::format("{}_{}", name, size), [=] { return measure(size); }});
  };
  all.push_back({"loader_chat_2b", [] { return measure_loading_chat_2b(100); }});
  add("loader", measure_loader, {1, 10, 100, 1'000});
  add("platform", measure_platform, {50'000, 200'000, 1'000'000});
  add("event_queue", measure_event_queue, {100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000});
  add("kernel", measure_kernel, {100, 1'000, 10'000, 100'000, 1'000'000});
  add("bare_loop", measure_bare_loop, {500, 5'000, 50'000});
  add("parallel_loop", measure_parallel_loop<70>, {500, 5'000, 50'000});
  add("parallel_loop_35us", measure_parallel_loop<35>, {500, 5'000, 50'000});
  add("parallel_loop_7us", measure_parallel_loop<7>, {500, 5'000, 50'000});
  add("pipeline", measure_pipeline, {500, 5'000, 50'000});
  add("service", measure_service, {500, 5'000, 50'000, 200'000});
  add("load", measure_load, {25, 50, 100, 150});
  add("group_size", measure_group_size, {5, 13, 50, 100});
  add("login_storm", measure_login_storm, {500, 5'000, 50'000});
  return all;
}

/// What the tests run: some seconds. `load` and `group_size` are `service` at other figures.
const std::vector<std::string> smoke = {"loader_chat_2b", "platform_50000", "event_queue_1000", "kernel_1000",
                                        "bare_loop_500",  "parallel_loop_500", "pipeline_500",  "service_500",
                                        "login_storm_500"};

enum class Format { table, json, hashes };

struct Column {
  const char* title;
  const char* field;
  double unit;
  int decimals;
};
constexpr Column columns[] = {{"M events/s", "events_per_s", 1e6, 2},
                              {"ns/event", "ns_per_event", 1, 1},
                              {"k messages/s", "messages_per_s", 1e3, 1},
                              {"bytes/machine", "bytes_per_machine", 1, 0},
                              {"peak MB", "peak_rss_bytes", 1e6, 0}};
/// What only some have: after the hash.
constexpr Column others[] = {{"mean ms", "mean_ms", 1, 4},
                             {"s per simulated s", "processor_s_per_simulated_s", 1, 3},
                             {"wall s per simulated s", "wall_s_per_simulated_s", 1, 3},
                             {"speed-up", "speed_up", 1, 2},
                             {"events/window", "events_per_window", 1, 0},
                             {"waited", "waited_share", 1, 2},
                             {"k logins/s", "logins_per_s", 1e3, 1},
                             {"build s", "platform_build_s", 1, 2},
                             {"bytes/host", "bytes_per_host", 1, 0},
                             {"loads/s", "loads_per_s", 1, 1},
                             {"ms/load", "ms_per_load", 1, 2},
                             {"MB/s", "mb_per_s", 1, 2}};

std::string figure(const Row& row, const Column& column) {
  if (!row.contains(column.field)) return "";
  return fmt::format("{:.{}f}", row[column.field].get<double>() / column.unit, column.decimals);
}

void print_head() {
  fmt::print("{:<20}", "");
  for (const Column& column : columns) fmt::print("{:>15}", column.title);
  fmt::print("  hash\n");
}

void print_table_row(const std::string& name, const Row& row) {
  fmt::print("{:<20}", name);
  for (const Column& column : columns) fmt::print("{:>15}", figure(row, column));
  fmt::print("  {}", row.value("hash", ""));
  for (const Column& column : others) {
    if (const std::string text = figure(row, column); !text.empty()) fmt::print("  {} {}", column.title, text);
  }
  fmt::print("\n");
}

void print(const std::string& name, const Row& row, Format format) {
  if (format == Format::json) {
    Row line = {{"name", name}};
    line.update(row);
    fmt::print("{}\n", line.dump());
  } else if (format == Format::hashes) {
    fmt::print("{} {}\n", name, row.value("hash", ""));
  } else {
    print_table_row(name, row);
  }
  std::fflush(stdout);
}

/// In this process, which is a child.
std::string measured(const Benchmark& benchmark) {
  const std::uint64_t bytes_before = resident_bytes();
  Row row = benchmark.measure();
  row["bytes_before"] = bytes_before;
  return row.dump();
}

/// With what can be said of memory once the child has ended.
Row with_memory(Row row, std::uint64_t peak_rss_bytes) {
  const auto bytes_before = row["bytes_before"].get<std::uint64_t>();
  row.erase("bytes_before");
  if (row.contains("machines"))
    row["bytes_per_machine"] = (peak_rss_bytes - bytes_before) / row["machines"].get<std::uint64_t>();
  row["peak_rss_bytes"] = peak_rss_bytes;
  return row;
}

bool run(const Benchmark& benchmark, Format format) {
  const std::atomic<bool> never{false};
  const auto outcome = models::run_in_child(
      [&](const std::atomic<bool>&, const models::Notify&) { return measured(benchmark); }, never,
      [](std::string_view) {});
  if (const auto* failure = std::get_if<models::ChildFailure>(&outcome)) {
    fmt::print(stderr, "{}: {}\n", benchmark.name, failure->message);
    return false;
  }
  const auto& output = std::get<models::ChildOutput>(outcome);
  print(benchmark.name, with_memory(Row::parse(output.bytes), output.peak_rss_bytes), format);
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
