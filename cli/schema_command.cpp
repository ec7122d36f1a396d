#include "cli/schema_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "scenarios/loader/schema.hpp"

namespace chatsim::cli {

void add_schema_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "schema", "Print the JSON schema of scenario files, with which an editor completes and checks them");
  const auto file = std::make_shared<std::string>("-");
  add_json_option(command, *file, "The schema");
  command.footer(
      "Examples:\n"
      "  chatsim schema --json scenario.schema.json\n"
      "\n"
      "In the first line of a scenario, for the YAML language server of most editors:\n"
      "  # yaml-language-server: $schema=scenario.schema.json\n"
      "\n"
      "Exit codes: 0 done, 2 the call is wrong.");
  command.callback([file, &chosen] {
    chosen = [file] {
      write_file_or_standard_output("--json", *file, loader::schema().dump(2) + "\n");
      return ExitCode::done;
    };
  });
}

}  // namespace chatsim::cli
