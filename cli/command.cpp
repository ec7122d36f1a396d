#include "cli/command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "scenarios/loader/issue.hpp"
#include "scenarios/spec/quantity_text.hpp"

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

/// "0.01" or "1/100".
std::optional<double> find_part(const std::string& text) {
  const auto number = [](const std::string& digits) {
    double value = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
  };
  const auto slash = text.find('/');
  if (slash == std::string::npos) return number(text);
  const auto above = number(text.substr(0, slash)), below = number(text.substr(slash + 1));
  return above && below && *below != 0 ? std::optional(*above / *below) : std::nullopt;
}

std::string complaint_about_slice(const std::string& text) {
  if (const auto part = find_part(text); part && std::isfinite(*part)) return "";
  return fmt::format("'{}' is no part of a system, such as 1/100 or 0.01", text);
}

}  // namespace

void add_scenario_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("SCENARIO", options.path, "Scenario, for example scenarios/small.yaml")
      ->type_name("FILE")
      ->required();
  add_override_options(command, options);
}

void add_override_options(CLI::App& command, ScenarioOptions& options) {
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

void add_slice_option(CLI::App& command, ScenarioOptions& options) {
  command
      .add_option_function<std::string>(
          "--slice", [&options](const std::string& text) { options.slice = find_part(text); },
          "Simulate a part of the system, such as 1/100 or 0.01: so much of the users and of every tier, at "
          "the same "
          "load of each machine; figures that depend on size are marked. Short for --set "
          "simulation.slice=PART")
      ->type_name("PART")
      ->check(complaint_about_slice, "");
}

void add_json_option(CLI::App& command, std::string& file, const std::string& content) {
  command.add_option("--json", file, content + ", written to FILE or with - to standard output")
      ->type_name("FILE|-");
}

void add_part_option(CLI::App& command, const std::string& name, double& part, const std::string& doc, Nothing nothing) {
  command
      .add_option_function<std::string>(
          name,
          [&part](const std::string& text) {
            std::string error;
            part = spec::parse_probability(text, error)->value();
          },
          doc)
      ->type_name("PART")
      ->check(
          [nothing](const std::string& text) {
            std::string error;
            const auto read = spec::parse_probability(text, error);
            if (!read) return error;
            const bool fits = read->value() > 0 || nothing == Nothing::a_part;
            return fits ? "" : fmt::format("'{}' is too small, more than 0, such as 2%", text);
          },
          "");
}

void add_progress_option(CLI::App& command, ProgressOption& option) {
  command
      .add_option_function<std::string>(
          "--progress",
          [&option](const std::string& word) {
            option = word == "on" ? ProgressOption::on : word == "off" ? ProgressOption::off : ProgressOption::automatic;
          },
          "Show how far the simulation is: auto does so on a terminal only")
      ->type_name("auto|on|off")
      ->check(
          [](const std::string& word) {
            const bool known = word == "auto" || word == "on" || word == "off";
            return known ? "" : fmt::format("'{}' is not one of auto, on, off", word);
          },
          "");
}

bool complain(const std::string& command, const std::vector<spec::Issue>& issues) {
  for (const spec::Issue& issue : issues) {
    fmt::print(stderr, "chatsim {}: error: {}: {}\n", command, issue.path, issue.message);
  }
  return !issues.empty();
}

loader::LoadOutcome load_or_complain(const ScenarioOptions& options) {
  loader::LoadOutcome outcome = loader::load({options.path, options.sets, options.seed, options.slice});
  for (const loader::Issue& issue : outcome.issues) fmt::print(stderr, "{}\n", loader::to_text(issue));
  return outcome;
}

}  // namespace chatsim::cli
