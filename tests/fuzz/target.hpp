#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatsim::fuzz {

/// One way for text from outside into the program. Each fuzzing program is linked with one of them, and with who makes up
/// texts for it: libFuzzer (libfuzzer.cpp), or the replay of a corpus and of mutations of it (replay.cpp).
struct Target {
  const char* name;
  /// Reads the text as the program would, and requires what has to hold of any text.
  void (*run)(std::string_view text);
  /// Words that mean something in such a text.
  std::vector<std::string> (*words)();
};

extern const Target target;

/// Ends the process with what did not hold, so that whoever made up the text keeps it.
void require(bool holds, std::string_view what, std::string_view detail = "");

}  // namespace chatsim::fuzz
