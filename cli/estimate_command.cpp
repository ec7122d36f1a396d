#include "cli/estimate_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/estimate_json.hpp"
#include "cli/estimate_report.hpp"
#include "cli/output.hpp"
#include "planner/estimate/ranges.hpp"
#include "scenarios/loader/issue.hpp"
#include "scenarios/loader/suggestion.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

struct EstimateOptions {
  ScenarioOptions scenario;
  std::vector<std::string> ranges;
  std::string json;
  bool markdown = false;
};

/// At commas outside of parentheses: a distribution has some inside.
std::vector<std::string> split_values(const std::string& text) {
  std::vector<std::string> values(1);
  int depth = 0;
  for (const char letter : text) {
    if (letter == '(') ++depth;
    if (letter == ')') --depth;
    if (letter == ',' && depth == 0) {
      values.emplace_back();
    } else {
      values.back() += letter;
    }
  }
  return values;
}

void complain(std::size_t range, const std::string& path, const std::string& message) {
  const loader::Position position{"--range", static_cast<int>(range) + 1};
  fmt::print(stderr, "{}\n", loader::to_text(loader::Issue{position, path, message}));
}

/// Nothing when one of them cannot be read; that has been said then.
std::optional<std::vector<planner::InputRange>> read_ranges(const std::vector<std::string>& texts) {
  std::vector<planner::InputRange> ranges;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    const std::string& text = texts[index];
    const auto equals = text.find('=');
    const auto values =
        equals == std::string::npos ? std::vector<std::string>{} : split_values(text.substr(equals + 1));
    const std::string path = text.substr(0, equals);
    if (path.empty() || values.size() != 3) {
      complain(index, "", spec::quoted(text) + " is not of the form path=low,mid,high");
    } else if (spec::find_field(path) == nullptr) {
      complain(index, path, "unknown key" + loader::suggest_path(path));
    } else {
      ranges.push_back({path, values[0], values[1], values[2]});
    }
  }
  return ranges.size() == texts.size() ? std::optional(std::move(ranges)) : std::nullopt;
}

ExitCode estimate(const EstimateOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  const auto ranges = read_ranges(options.ranges);
  if (!outcome.scenario || !ranges) return ExitCode::wrong_input;
  if (!options.json.empty()) prepare_file("--json", options.json);
  planner::RangedLedger ranged = planner::ledger(*outcome.scenario, *ranges);
  for (const planner::RangeIssue& issue : ranged.issues) complain(issue.range, issue.path, issue.message);
  if (!ranged.issues.empty()) return ExitCode::wrong_input;

  const Estimate result{*ranged.middle, std::move(ranged.ledger), planner::reasons_to_scale(*ranged.middle),
                        planner::growth(*ranged.middle)};
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, estimate_json(result));
  if (options.json != "-")
    write_standard_output(options.markdown ? estimate_markdown(result)
                                           : estimate_report(result, Paint(colour_of(STDOUT_FILENO))));
  return ExitCode::done;
}

}  // namespace

void add_estimate_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand("estimate",
                                              "Size the service by closed formulas: rates, rows, storage and "
                                              "machines, beside what a document published, why "
                                              "each tier has to scale, and how its tables grow");
  const auto options = std::make_shared<EstimateOptions>();
  add_scenario_options(command, options->scenario);
  command
      .add_option(
          "--range", options->ranges,
          "An input that is not known exactly, in place of --set; may be repeated, for 10 inputs at most. "
          "Every "
          "figure is then given for the mid values, and from its lowest to its highest over all combinations "
          "of low and high")
      ->type_name("PATH=LOW,MID,HIGH")
      ->allow_extra_args(false);
  add_json_option(command, options->json,
                  "Figures, reasons to scale and growth as JSON, values in base units");
  command.add_flag("--markdown", options->markdown, "Print Markdown, for a design document of one's own");
  command.footer(
      "Examples:\n"
      "  chatsim estimate scenarios/chat_2b_as_published.yaml\n"
      "  chatsim estimate scenarios/chat_2b.yaml --set population.users=3e9 --markdown > estimates.md\n"
      "  chatsim estimate scenarios/chat_2b.yaml --range population.messages_per_day=8e10,1e11,1.4e11 \\\n"
      "    --range population.attachments.kept=20d,30d,90d\n"
      "  chatsim estimate scenarios/small.yaml --json - | python3 -m json.tool\n"
      "\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong.");
  command.callback([options, &chosen] { chosen = [options] { return estimate(*options); }; });
}

}  // namespace chatsim::cli
