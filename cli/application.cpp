#include "cli/application.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cli/availability_command.hpp"
#include "cli/blame_command.hpp"
#include "cli/branch_command.hpp"
#include "cli/capacity_command.hpp"
#include "cli/check_command.hpp"
#include "cli/command.hpp"
#include "cli/compare_command.hpp"
#include "cli/durability_command.hpp"
#include "cli/estimate_command.hpp"
#include "cli/explain_command.hpp"
#include "cli/map_command.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "cli/plan_command.hpp"
#include "cli/reconcile_command.hpp"
#include "cli/run_command.hpp"
#include "cli/schema_command.hpp"
#include "cli/suggest.hpp"
#include "cli/sweep_command.hpp"

namespace chatsim::cli {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  chatsim estimate scenarios/chat_2b_as_published.yaml\n"
    "  chatsim run scenarios/small.yaml\n"
    "  chatsim run scenarios/chat_2b.yaml --set population.load_factor=1.5 --out out\n"
    "  chatsim check scenarios/gate\n"
    "  chatsim explain scenarios/chat_2b.yaml\n"
    "\n"
    "Exit codes: 0 done, 1 a budget is missed, 2 the scenario or the call is wrong, 3 inconclusive, 4 a budget has no\n"
    "data, 70 internal error, 130 interrupted.";

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// The arguments that nothing took, an option first: the words after a mistyped option are often its value.
std::string unexpected(const CLI::App& command) {
  const std::vector<std::string> rest = command.remaining(true);
  const auto option =
      std::find_if(rest.begin(), rest.end(), [](const std::string& word) { return word[0] == '-'; });
  if (option != rest.end()) {
    const std::string name = option->substr(0, option->find('='));
    return fmt::format("{}: unknown option{}", name, did_you_mean(name, option_names(command)));
  }
  return rest.empty() ? "" : fmt::format("'{}': unexpected argument", rest.front());
}

/// One line for a call that cannot be parsed.
std::string describe(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  const CLI::App& command = chosen.empty() ? program : *chosen.front();
  std::string text = unexpected(command);
  if (text.empty()) text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::string name = chosen.empty() ? "chatsim" : "chatsim " + command.get_name();
  return fmt::format("{}: error: {} (see {} --help)", name, text, name);
}

/// CLI11 would only say that an argument was not expected.
void check_command(const CLI::App& program, int argument_count, const char* const* arguments) {
  const std::vector<std::string> names = command_names(program);
  if (argument_count < 2) throw Refusal(fmt::format("which command? one of {}", fmt::join(names, ", ")));
  const std::string_view word = arguments[1];
  if (word.starts_with('-') || std::find(names.begin(), names.end(), word) != names.end()) return;
  throw Refusal(
      fmt::format("{}: unknown command{}{}", word, did_you_mean(word, names),
                  find_similar(word, names) ? "" : fmt::format(", one of {}", fmt::join(names, ", "))));
}

ExitCode parse_and_act(int argument_count, const char* const* arguments) {
  CLI::App program(
      "Simulates a chat service, every machine and every message of it, and says what holds and what gives "
      "way first.",
      "chatsim");
  program.set_version_flag("--version", "chatsim " CHATSIM_VERSION, "Print the version and leave");
  program.footer(examples);
  program.require_subcommand(1);
  Action chosen;
  add_estimate_command(program, chosen);
  add_plan_command(program, chosen);
  add_durability_command(program, chosen);
  add_availability_command(program, chosen);
  add_run_command(program, chosen);
  add_check_command(program, chosen);
  add_sweep_command(program, chosen);
  add_capacity_command(program, chosen);
  add_map_command(program, chosen);
  add_blame_command(program, chosen);
  add_branch_command(program, chosen);
  add_compare_command(program, chosen);
  add_reconcile_command(program, chosen);
  add_explain_command(program, chosen);
  add_schema_command(program, chosen);

  check_command(program, argument_count, arguments);
  try {
    program.parse(argument_count, arguments);
  } catch (const CLI::Success& request) {  // --help, --version
    program.exit(request);
    return ExitCode::done;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}\n", describe(program, error));
    return ExitCode::wrong_input;
  }
  return chosen();
}

}  // namespace

ExitCode run_application(int argument_count, const char* const* arguments) {
  try {
    return parse_and_act(argument_count, arguments);
  } catch (const Refusal& refusal) {
    fmt::print(stderr, "chatsim: error: {}\n", refusal.what());
    return ExitCode::wrong_input;
  } catch (const std::exception& exception) {
    fmt::print(stderr, "chatsim: internal error: {}\n", exception.what());
    return ExitCode::internal_error;
  }
}

}  // namespace chatsim::cli
