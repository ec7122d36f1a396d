#include "scenarios/loader/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "scenarios/json/scenario_json.hpp"
#include "scenarios/loader/dump.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

namespace fs = std::filesystem;

const std::string chat_2b_path = CHATSIM_SCENARIOS "/chat_2b.yaml";

spec::Scenario load(const std::string& path) {
  loader::LoadOutcome loaded = loader::load({path, {}, {}});
  if (!loaded.scenario) throw std::runtime_error(path + ": " + loaded.issues.front().message);
  return *std::move(loaded.scenario);
}

Row measure_loads(const std::string& path, std::uint64_t files, std::uint64_t bytes, std::uint64_t times) {
  Hash hash;
  double seconds = 0;
  for (std::uint64_t i = 0; i < times; ++i) {
    const double begin = processor_s();
    const spec::Scenario scenario = load(path);
    seconds += processor_s() - begin;
    if (i == 0) hash.add(json::to_json(scenario).dump());
  }
  const auto number = static_cast<double>(times);
  return {{"files", files},
          {"yaml_bytes", bytes},
          {"loads_per_s", number / seconds},
          {"ms_per_load", seconds * 1e3 / number},
          {"mb_per_s", static_cast<double>(bytes) * 1e-6 * number / seconds},
          {"hash", hash.text()}};
}

/// A folder for files of this process, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = fs::temp_directory_path() / "chatsim_bench.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder " + name);
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Row measure_loading_chat_2b(std::uint64_t times) {
  return measure_loads(chat_2b_path, 1, fs::file_size(chat_2b_path), times);
}

/// One file may have a megabyte at most, and a scenario a fixed set of keys: what can grow is the number of files that a
/// scenario extends. Each sets every field, and differs from the others in its seed.
Row measure_loader(std::uint64_t files) {
  const ScratchFolder folder;
  spec::Scenario scenario = load(chat_2b_path);
  std::string extends;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 1; i < files; ++i) {
    scenario.seed = i;
    const std::string name = fmt::format("part_{}.yaml", i), yaml = loader::to_yaml(scenario);
    std::ofstream(folder.path() / name) << yaml;
    bytes += yaml.size();
    extends += (i > 1 ? ", " : "extends: [") + name;
  }
  if (!extends.empty()) extends += "]\n";
  scenario.seed = files;
  const fs::path top = folder.path() / "top.yaml";
  std::ofstream(top) << extends << loader::to_yaml(scenario);
  return measure_loads(top, files, bytes + fs::file_size(top), std::max<std::uint64_t>(1, 100 / files));
}

}  // namespace chatsim::bench
