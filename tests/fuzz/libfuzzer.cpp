#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/mutate.hpp"
#include "tests/fuzz/target.hpp"

// What libFuzzer calls. Half of its inputs are changed by words and lines, which its own changes of bytes seldom get right.

using namespace chatsim;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned int seed) {
  tests::Dice dice(seed);
  if (dice.one_in(2)) return LLVMFuzzerMutate(data, size, size_max);
  static const std::vector<std::string> words = fuzz::target.words();
  std::string text(reinterpret_cast<const char*>(data), size);
  fuzz::mutate(text, words, dice);
  const std::size_t kept = std::min(text.size(), size_max);
  std::memcpy(data, text.data(), kept);
  return kept;
}
