#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "scenarios/loader/load.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::cli {

/// What a parsed call asks for. Every add_X_command declares a subcommand and, when that one is called, sets
/// it.
using Action = std::function<ExitCode()>;

/// Which scenario a command is about.
struct ScenarioOptions {
  std::string path;
  std::vector<std::string> sets;
  std::optional<std::uint64_t> seed;
  std::optional<double> slice;
};

void add_scenario_options(CLI::App& command, ScenarioOptions& options);
/// --set PATH=VALUE, --seed N: of every scenario of the call.
void add_override_options(CLI::App& command, ScenarioOptions& options);

/// --slice PART
void add_slice_option(CLI::App& command, ScenarioOptions& options);

/// --json FILE|-
void add_json_option(CLI::App& command, std::string& file, const std::string& content);

/// Whether a part of something may be none of it.
enum class Nothing { no_part, a_part };
/// NAME PART, such as 5% or 0.05.
void add_part_option(CLI::App& command, const std::string& name, double& part, const std::string& doc,
                     Nothing nothing = Nothing::no_part);

/// --progress auto|on|off
void add_progress_option(CLI::App& command, ProgressOption& option);

/// Prints what stands in the way of a command, one a line, to standard error. \returns whether there was anything.
bool complain(const std::string& command, const std::vector<spec::Issue>& issues);

/// Has printed the issues, one a line, to standard error when there is no scenario in the outcome.
loader::LoadOutcome load_or_complain(const ScenarioOptions& options);

}  // namespace chatsim::cli
