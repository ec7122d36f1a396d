#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/mutate.hpp"
#include "tests/fuzz/target.hpp"

// usage: fuzz_NAME [--seconds S] [--inputs N] [--seed N] [--words] FOLDER_OR_FILE...
// Runs the target on every file, then on as many mutations of them as there is time for, the same ones each time. It needs
// no clang, unlike libFuzzer. What ends the process, or takes ten seconds, is left in a file beside the working folder's
// others: fuzz_NAME.failed. --words prints libFuzzer's dictionary instead.

using namespace chatsim;

namespace {

constexpr unsigned longest_s = 10;
std::string current;
std::string failed_path;

/// Whatever a signal handler may call.
void keep_and_leave(int signal) {
  const int file = open(failed_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0 && write(file, current.data(), current.size()) >= 0) close(file);
  constexpr char message[] = "the input that ended it (SIGALRM: by its time) is in the file fuzz_*.failed\n";
  if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(EXIT_FAILURE);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void catch_signals() {
  // A stack that overflows leaves no room for the handler.
  static char stack[1 << 16];
  const stack_t other{.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
  sigaltstack(&other, nullptr);
  struct sigaction action = {};
  action.sa_handler = keep_and_leave;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) sigaction(signal, &action, nullptr);
}

void run(std::string text) {
  current = std::move(text);
  alarm(longest_s);
  fuzz::target.run(current);
  alarm(0);
}

std::vector<std::string> read_all(const std::vector<std::filesystem::path>& places) {
  std::vector<std::filesystem::path> files;
  for (const auto& place : places) {
    if (!std::filesystem::is_directory(place)) {
      files.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(place)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return texts;
}

/// In libFuzzer's form: a quoted word a line.
void print_words() {
  for (const std::string& word : fuzz::target.words()) {
    std::putchar('"');
    for (const char c : word) {
      if (std::isprint(static_cast<unsigned char>(c)) != 0 && c != '"' && c != '\\') std::putchar(c);
      else std::printf("\\x%02X", static_cast<unsigned char>(c));
    }
    std::puts("\"");
  }
}

struct Options {
  double seconds = 0;
  std::uint64_t inputs = 0;
  std::uint64_t seed = 1;
  bool words = false;
  std::vector<std::filesystem::path> places;
};

Options options_of(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    const auto value = [&] { return i + 1 < count ? arguments[++i] : "0"; };
    if (word == "--seconds") options.seconds = std::strtod(value(), nullptr);
    else if (word == "--inputs") options.inputs = std::strtoull(value(), nullptr, 10);
    else if (word == "--seed") options.seed = std::strtoull(value(), nullptr, 10);
    else if (word == "--words") options.words = true;
    else options.places.emplace_back(word);
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = options_of(count, arguments);
  if (options.words) return print_words(), EXIT_SUCCESS;
  failed_path = std::string("fuzz_") + fuzz::target.name + ".failed";
  catch_signals();
  const std::vector<std::string> corpus = read_all(options.places);
  if (corpus.empty()) return std::fprintf(stderr, "no files in the folders given\n"), EXIT_FAILURE;
  for (const std::string& text : corpus) run(text);

  const std::vector<std::string> words = fuzz::target.words();
  const auto begin = std::chrono::steady_clock::now();
  const auto passed_s = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  std::uint64_t mutations = 0;
  for (; mutations < options.inputs && passed_s() < options.seconds; ++mutations) {
    // Each from a seed of its own, so that it can be made again without those before it.
    tests::Dice dice(options.seed * 1'000'003 + mutations);
    std::string text = dice.of(corpus);
    if (dice.one_in(5)) text = fuzz::spliced(text, dice.of(corpus), dice);
    fuzz::mutate(text, words, dice);
    run(std::move(text));
  }
  std::printf("%s: %zu files and %llu mutations of them, in %.1f s\n", fuzz::target.name, corpus.size(),
              static_cast<unsigned long long>(mutations), passed_s());
}
