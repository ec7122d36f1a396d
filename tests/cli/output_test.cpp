#include "cli/output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "cli/refusal.hpp"

using namespace chatsim::cli;
namespace fs = std::filesystem;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "chatsim-output-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string content_of(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is replaced as a whole and leaves nothing beside it") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "run.json";
  write_file("--json", file, "old");
  write_file("--json", file, "new");
  CHECK(content_of(file) == "new");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a failed write keeps what was there and leaves nothing beside it") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "taken";
  fs::create_directories(file / "full");  // rename cannot replace a folder
  CHECK_THROWS_WITH(write_file("--json", file, "new"),
                    "--json " + file.string() +
                        ": cannot write: Is a directory; choose a place where files can be written");
  CHECK(fs::exists(file / "full"));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a folder is made with its parents, and probing it leaves nothing") {
  const TemporaryFolder folder;
  const fs::path deep = folder.path() / "a" / "b";
  prepare_folder("--out", deep);
  prepare_folder("--out", deep);
  CHECK(fs::is_directory(deep));
  CHECK(fs::is_empty(deep));
}

TEST_CASE("a folder that cannot be made is refused with reason and remedy") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "file";
  write_file("--out", file, "");
  CHECK_THROWS_WITH(
      prepare_folder("--out", file / "out"),
      "--out " + (file / "out").string() +
          ": cannot make the folder: Not a directory; choose a place where files can be written");
  CHECK_THROWS_WITH(
      prepare_folder("--out", file),
      "--out " + file.string() +
          ": cannot make the folder: Not a directory; choose a place where files can be written");
  CHECK_THROWS_AS(prepare_folder("--out", "/proc/chatsim"), Refusal);
  CHECK_THROWS_WITH(prepare_folder("--out", ""), "--out: the folder has no name");
}

TEST_CASE("a file that cannot be written is refused before the work") {
  const TemporaryFolder folder;
  prepare_file("--json", folder.path() / "run.json");
  CHECK(fs::is_empty(folder.path()));
  prepare_file("--json", "-");
  prepare_file("--json", "/dev/null");
  CHECK_THROWS_WITH(prepare_file("--json", folder.path()),
                    "--json " + folder.path().string() +
                        ": cannot write there: Is a directory; choose a place where files can be written");
  const fs::path missing = folder.path() / "missing" / "run.json";
  CHECK_THROWS_WITH(
      prepare_file("--json", missing),
      "--json " + missing.string() +
          ": cannot write there: No such file or directory; choose a place where files can be written");
}

TEST_CASE("a device is written in place") {
  write_file("--json", "/dev/null", "gone");
  struct stat state {};
  REQUIRE(stat("/dev/null", &state) == 0);
  CHECK(S_ISCHR(state.st_mode));
  CHECK_THROWS_WITH(
      write_file("--json", "/dev/full", "gone"),
      "--json /dev/full: cannot write: No space left on device; choose a place where files can be written");
}
