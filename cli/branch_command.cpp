#include "cli/branch_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/branch_report.hpp"
#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "models/run/branch.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/live.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

constexpr const char* baseline_name = "baseline";

struct BranchOptions {
  ScenarioOptions scenario;
  spec::Seconds at{};
  std::vector<std::string> variants;
  std::optional<int> jobs;
  std::string out;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
};

std::string complaint_about_instant(const std::string& text) {
  std::string error;
  return spec::parse_seconds(text, error) ? "" : error;
}

/// A name is a folder of --out too.
bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.size() <= 100 &&
         std::all_of(text.begin(), text.end(), [](unsigned char letter) {
           return std::isalnum(letter) != 0 || letter == '_' || letter == '-' || letter == '.';
         });
}

/// Whether "path=" begins here: a comma before it parts two changes and is not one within a value.
bool begins_change(std::string_view text) {
  const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.");
  return end != std::string_view::npos && end > 0 && text[end] == '=' &&
         text.substr(0, end).find('.') != std::string_view::npos;
}

std::vector<std::string> changes_of(std::string_view text) {
  std::vector<std::string> changes;
  for (std::size_t begin = 0, at = 0; begin <= text.size();) {
    at = text.find(',', at);
    if (at == std::string_view::npos || begins_change(text.substr(at + 1))) {
      changes.emplace_back(text.substr(begin, at == std::string_view::npos ? at : at - begin));
      begin = at == std::string_view::npos ? text.size() + 1 : at + 1;
    }
    at = at == std::string_view::npos ? text.size() : at + 1;
  }
  return changes;
}

/// "FILE", or "NAME:PATH=VALUE,PATH=VALUE" with a = in it.
loader::VariantRequest variant_of(const std::string& text) {
  loader::VariantRequest request;
  const auto equals = text.find('='), colon = text.find(':');
  if (equals == std::string::npos) {
    request.name = std::filesystem::path(text).stem().string();
    request.path = text;
  } else {
    if (colon == std::string::npos || colon > equals) {
      throw Refusal(fmt::format("--variant {}: neither a file nor of the form NAME:PATH=VALUE", spec::quoted(text)));
    }
    request.name = text.substr(0, colon);
    request.sets = changes_of(std::string_view(text).substr(colon + 1));
  }
  if (!is_name(request.name)) {
    throw Refusal(fmt::format("--variant {}: {} is no name, of letters, digits, '_', '-' and '.'", spec::quoted(text),
                              spec::quoted(request.name)));
  }
  return request;
}

std::vector<loader::VariantRequest> requests_of(const std::vector<std::string>& variants) {
  std::vector<loader::VariantRequest> requests;
  std::vector<std::string> names{baseline_name};
  for (const std::string& variant : variants) {
    requests.push_back(variant_of(variant));
    const std::string& name = requests.back().name;
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw Refusal(fmt::format("--variant {}: there is a branch of the name {} already", spec::quoted(variant),
                                spec::quoted(name)));
    names.push_back(name);
  }
  return requests;
}

void check_instant(spec::Seconds at, spec::Seconds duration) {
  if (at.value() > 0 && at < duration) return;
  throw Refusal(fmt::format("--at: {} is not within the simulation: more than 0s, less than simulation.duration, {}",
                            spec::to_text(at), spec::to_text(duration)));
}

std::vector<NamedBranch> simulate(const spec::Scenario& scenario, const std::vector<spec::Scenario>& variants,
                                  const BranchOptions& options, const std::atomic<bool>& stop) {
  ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
  std::vector<models::Branch> outcomes = models::run_branches(
      scenario, options.at, variants, options.jobs.value_or(jobs_by_default()), stop,
      {.before = [&](const models::Progress& state) { display.show(state); },
       .after = [&](const models::ReplicationsProgress& state) { display.show(state, "branches"); }});
  std::vector<NamedBranch> branches;
  for (models::Branch& outcome : outcomes) {
    if (outcome.result) planner::tell_blame(*outcome.result);
    branches.push_back({baseline_name, {}, std::move(outcome)});
  }
  return branches;
}

void write_results(const std::vector<NamedBranch>& branches, const std::vector<const spec::Scenario*>& scenarios,
                   const BranchOptions& options) {
  nlohmann::ordered_json all{
      {"version", CHATSIM_VERSION}, {"scenario", scenarios.front()->name}, {"at_s", options.at.value()}};
  all["branches"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < branches.size(); ++i) {
    nlohmann::ordered_json branch = branch_json(branches[i], options.at);
    all["branches"].push_back(branch);
    if (options.out.empty() || !branches[i].outcome.result) continue;
    const std::filesystem::path folder = std::filesystem::path(options.out) / branches[i].name;
    prepare_folder("--out", folder);
    nlohmann::ordered_json document{{"version", CHATSIM_VERSION}};
    document.update(branch["result"]);
    branch.erase("result");
    branch["at_s"] = options.at.value();
    document["branch"] = branch;
    document["resolved_scenario"] = json::to_json(*scenarios[i]);
    write_file("--out", folder / "series.csv", json::series_csv(branches[i].outcome.result->series));
    write_file("--out", folder / "run.json", document.dump(2) + "\n");  // last: where it is, all is
  }
  all["resolved_scenario"] = json::to_json(*scenarios.front());
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, all.dump(2) + "\n");
  if (options.json != "-") {
    write_standard_output(branch_report(*scenarios.front(), options.at, branches, Paint(colour_of(STDOUT_FILENO))));
  }
}

/// What is wrong with the branches, and what the shell is told.
ExitCode judge(const std::vector<NamedBranch>& branches, const std::string& path) {
  ExitCode code = ExitCode::done;
  for (const NamedBranch& branch : branches) {
    if (!branch.outcome.failure.empty()) {
      fmt::print(stderr, "chatsim: internal error: the simulation of {}, {}: {}\n", path, branch.name,
                 branch.outcome.failure);
      code = ExitCode::internal_error;
    } else if (branch.outcome.result && branch.outcome.result->invariants.conservation_residual != 0) {
      fmt::print(stderr, "chatsim: internal error: the simulation of {}, {}, lost count of messages or deliveries\n",
                 path, branch.name);
      code = ExitCode::internal_error;
    } else if ((!branch.outcome.result || branch.outcome.result->interrupted) && code == ExitCode::done) {
      code = ExitCode::interrupted;
    }
  }
  return code;
}

ExitCode branch(const BranchOptions& options) {
  const std::vector<loader::VariantRequest> requests = requests_of(options.variants);
  const loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  const spec::Scenario& scenario = *loaded.scenario;
  std::vector<spec::Scenario> variants;
  for (const loader::VariantRequest& request : requests) {
    loader::LoadOutcome variant = loader::load_variant(scenario, request);
    for (const loader::Issue& issue : variant.issues) fmt::print(stderr, "{}\n", loader::to_text(issue));
    if (variant.scenario) variants.push_back(*std::move(variant.scenario));
  }
  if (variants.size() < requests.size()) return ExitCode::wrong_input;
  check_instant(options.at, scenario.simulation.duration);
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.json.empty()) prepare_file("--json", options.json);

  const Interrupt interrupt;
  std::vector<NamedBranch> branches = simulate(scenario, variants, options, interrupt.requested());
  std::vector<const spec::Scenario*> scenarios{&scenario};
  for (std::size_t i = 0; i < requests.size(); ++i) {
    branches[i + 1].name = requests[i].name;
    branches[i + 1].changes = changes_between(scenario, variants[i]);
    scenarios.push_back(&variants[i]);
  }
  const bool any = std::any_of(branches.begin(), branches.end(),
                               [](const NamedBranch& branch) { return branch.outcome.result.has_value(); });
  if (any) write_results(branches, scenarios, options);
  return judge(branches, options.scenario.path);
}

std::string footer() {
  std::string text =
      "Examples:\n"
      "  chatsim branch scenarios/small.yaml --at 2s --variant half:population.load_factor=0.5\n"
      "  chatsim branch scenarios/small.yaml --at 2s --out out --variant "
      "bounded:stores.message.queue_limit=50,services.messaging.queue_limit=50 --variant patient.yaml\n"
      "\n"
      "A variant is a file with nothing but the fields that change, in the form of a scenario, and is called as the "
      "file\n"
      "is; or NAME:PATH=VALUE,PATH=VALUE. The baseline is what 'chatsim run' gives. The results of a branch do not "
      "depend\n"
      "on --jobs. Ctrl-C ends what is under way, whose partial results are kept.\n"
      "\n"
      "What may change while the service runs:\n";
  for (const spec::LiveField& field : spec::live_fields()) text += fmt::format("  {:<47} {}\n", field.path, field.doc);
  return text + "\nExit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.";
}

}  // namespace

void add_branch_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "branch", "Simulate up to an instant once, then go on from there with and without changes, and compare");
  const auto options = std::make_shared<BranchOptions>();
  add_scenario_options(command, options->scenario);
  add_slice_option(command, options->scenario);
  command
      .add_option_function<std::string>(
          "--at",
          [options](const std::string& text) {
            std::string error;
            options->at = *spec::parse_seconds(text, error);
          },
          "Simulated time of the change, warm-up included, such as 60s")
      ->type_name("TIME")
      ->required()
      ->check(complaint_about_instant, "");
  command
      .add_option("--variant", options->variants,
                  "What changes then: a file, or inline; may be repeated, a branch each")
      ->type_name("FILE|NAME:PATH=VALUE")
      ->required()
      ->allow_extra_args(false);
  add_jobs_option(command, options->jobs, "one branch each");
  command
      .add_option("--out", options->out, "Write NAME/run.json and NAME/series.csv of each branch into this folder")
      ->type_name("DIR");
  add_json_option(command, options->json, "All branches as JSON");
  add_progress_option(command, options->progress);
  command.footer(footer());
  command.callback([options, &chosen] { chosen = [options] { return branch(*options); }; });
}

}  // namespace chatsim::cli
