#include <cstdlib>
#include <iostream>

#include "tests/fuzz/target.hpp"

namespace chatsim::fuzz {

void require(bool holds, std::string_view what, std::string_view detail) {
  if (holds) return;
  std::cerr << "does not hold: " << what << "\n" << detail << std::endl;
  std::abort();
}

}  // namespace chatsim::fuzz
