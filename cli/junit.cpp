#include "cli/junit.hpp"

#include <fmt/format.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "cli/budget_report.hpp"
#include "cli/format.hpp"

namespace chatsim::cli {
namespace {

using Tree = boost::property_tree::ptree;
using planner::Standing;

struct Totals {
  int tests = 0, failures = 0, errors = 0;

  void write(Tree& tree) const {
    tree.put("<xmlattr>.tests", tests);
    tree.put("<xmlattr>.failures", failures);
    tree.put("<xmlattr>.errors", errors);
  }
};

class Suite {
 public:
  explicit Suite(const CheckedScenario& checked) : class_(checked.path) {
    tree.put("<xmlattr>.name", checked.path);
    tree.put("<xmlattr>.time", fmt::format("{:.3f}", checked.wall_s));
  }

  void add(const std::string& name, Standing standing, const std::string& message) {
    Tree& test = tree.add("testcase", "");
    test.put("<xmlattr>.classname", class_);
    test.put("<xmlattr>.name", name);
    ++totals.tests;
    if (standing == Standing::met) return;
    const bool failure = standing == Standing::missed;
    ++(failure ? totals.failures : totals.errors);
    Tree& what = test.add(failure ? "failure" : "error", "");
    what.put("<xmlattr>.type", name_of(standing));
    what.put("<xmlattr>.message", message);
  }

  Tree tree;
  Totals totals;

 private:
  std::string class_;
};

void add_budgets(Suite& suite, const CheckedScenario& checked) {
  for (const planner::BudgetVerdict& verdict : checked.outcome.budgets) {
    std::string message = verdict.standing == Standing::no_data ? "the run has no such figure" : "is " + value_text(verdict);
    if (!verdict.because.empty()) message += "; " + verdict.because;
    suite.add(statement_of(verdict), verdict.standing, message);
  }
}

void add_regressions(Suite& suite, const CheckedScenario& checked, double allowed) {
  for (const planner::RegressionVerdict& verdict : checked.outcome.regressions) {
    const char* worse = verdict.worse == planner::Guard::Worse::up ? "more" : "less";
    suite.add(fmt::format("{}: at most {} {} than the baseline", verdict.metric, format_percent(allowed), worse),
              verdict.standing,
              verdict.difference ? fmt::format("{}: {} after {}", change_text(*verdict.difference),
                                               number_text(verdict.difference->now), number_text(verdict.difference->before))
                                 : "it is not in both");
  }
}

}  // namespace

std::string junit_xml(const Check& check) {
  Tree root;
  Tree& suites = root.add("testsuites", "");
  Totals totals;
  std::vector<Tree> trees;
  for (const CheckedScenario& checked : check.scenarios) {
    Suite suite(checked);
    add_budgets(suite, checked);
    add_regressions(suite, checked, check.allowed_regression);
    if (checked.failed()) suite.add("simulation", Standing::no_data, "a simulation ended with an internal error");
    if (checked.compared && !checked.in_baseline) suite.add("baseline", Standing::no_data, "the scenario is not in it");
    suite.totals.write(suite.tree);
    totals.tests += suite.totals.tests;
    totals.failures += suite.totals.failures;
    totals.errors += suite.totals.errors;
    trees.push_back(std::move(suite.tree));
  }
  suites.put("<xmlattr>.name", "chatsim check");
  totals.write(suites);
  suites.put("<xmlattr>.time", fmt::format("{:.3f}", check.wall_s));
  for (Tree& tree : trees) suites.add_child("testsuite", tree);
  std::ostringstream text;
  boost::property_tree::write_xml(text, root, boost::property_tree::xml_writer_make_settings<std::string>(' ', 2));
  return text.str();
}

}  // namespace chatsim::cli
