#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "scenarios/loader/load.hpp"

namespace chatsim::loader {

/// A folder of a test's own that is gone with it.
class Scratch {
 public:
  Scratch() {
    static int count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("chatsim_loader_test_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(folder_);
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return path(name);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// All issues, a line each, with the folder left out of the file names.
  std::string issues(const LoadOutcome& outcome) const {
    const std::string folder = folder_.string() + "/";
    std::string lines;
    for (const Issue& issue : outcome.issues) lines += to_text(issue) + "\n";
    for (auto at = lines.find(folder); at != std::string::npos; at = lines.find(folder))
      lines.erase(at, folder.size());
    return lines;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace chatsim::loader
