#include "cli/application.hpp"

int main(int argument_count, char** arguments) {
  return static_cast<int>(chatsim::cli::run_application(argument_count, arguments));
}
