#include "cli/command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "scenarios/loader/issue.hpp"

namespace chatsim::cli {
namespace {

std::optional<std::uint64_t> find_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

/// CLI11 would read -1 as 18446744073709551615.
std::string complaint_about_seed(const std::string& text) {
  if (find_number(text)) return "";
  return fmt::format("'{}' is no seed, a whole number from 0 to {}", text, UINT64_MAX);
}

}  // namespace

void add_scenario_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("SCENARIO", options.path, "Scenario, for example scenarios/small.yaml")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--set", options.sets,
                  "Override a value of the scenario, PATH=VALUE; may be repeated, the last one counts")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);  // or it would take SCENARIO as another value
  command
      .add_option_function<std::string>(
          "--seed", [&options](const std::string& text) { options.seed = find_number(text); },
          "Seed of every random stream; the same seed gives the same results")
      ->type_name("N")
      ->check(complaint_about_seed, "");
}

void add_json_option(CLI::App& command, std::string& file, const std::string& content) {
  command.add_option("--json", file, content + ", written to FILE or with - to standard output")
      ->type_name("FILE|-");
}

loader::LoadOutcome load_or_complain(const ScenarioOptions& options) {
  loader::LoadOutcome outcome = loader::load({options.path, options.sets, options.seed});
  for (const loader::Issue& issue : outcome.issues) fmt::print(stderr, "{}\n", loader::to_text(issue));
  return outcome;
}

}  // namespace chatsim::cli
