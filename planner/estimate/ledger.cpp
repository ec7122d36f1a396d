#include "planner/estimate/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>

#include "planner/estimate/lines.hpp"
#include "planner/estimate/notes.hpp"
#include "scenarios/spec/field_tree.hpp"

namespace chatsim::planner {
namespace {

struct Printed {
  std::optional<double> value;
  std::string note;
};

double plain(double value) { return value; }
template <class Q>
double plain(spec::Quantity<Q> value) {
  return value.value();
}

std::map<std::string, Printed> printed_figures(const spec::PublishedFigures& published) {
  std::map<std::string, Printed> found;
  spec::for_each_field(published, [&](const char* name, const auto& figure, spec::Section, const char*) {
    Printed printed{std::nullopt, figure.note};
    if (figure.value) printed.value = plain(*figure.value);
    found.emplace(name, std::move(printed));
  });
  return found;
}

std::optional<double> finite(const Line& line) {
  return std::isfinite(line.value) && !line.interval ? std::optional(line.value) : std::nullopt;
}

std::string joined(std::initializer_list<std::string> notes) {
  std::string text;
  for (const std::string& note : notes) {
    if (!note.empty()) text += (text.empty() ? "" : "; ") + note;
  }
  return text;
}

}  // namespace

const Figure& Ledger::figure(std::string_view name) const {
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [name](const Figure& figure) { return figure.name == name; });
  if (found == figures.end()) throw std::out_of_range("no figure " + std::string(name));
  return *found;
}

bool has_document(const spec::Scenario& scenario) {
  bool found = false;
  spec::for_each_leaf(*spec::find_field("published"), [&](const spec::FieldNode& field) {
    found = found || (field.optional && field.text(scenario) != spec::none_text);
  });
  return found;
}

Ledger ledger(const spec::Scenario& scenario) {
  const auto printed = printed_figures(scenario.published.figures);
  const std::vector<Line> exact = lines(scenario, Inputs::exact);
  const std::vector<Line> recomputed =
      has_document(scenario) ? lines(scenario, Inputs::document) : std::vector<Line>{};

  Ledger ledger;
  for (std::size_t index = 0; index < exact.size(); ++index) {
    Figure figure;
    figure.name = exact[index].name;
    figure.unit = exact[index].unit;
    figure.formula = figure.exact_formula = exact[index].formula;
    figure.with_numbers = figure.exact_with_numbers = exact[index].with_numbers;
    figure.exact = finite(exact[index]);
    figure.exact_interval = exact[index].interval;
    if (!recomputed.empty()) {
      figure.formula = recomputed[index].formula;
      figure.with_numbers = recomputed[index].with_numbers;
      figure.recomputed = finite(recomputed[index]);
      figure.recomputed_interval = recomputed[index].interval;
    }
    const Printed& publication = printed.at(figure.name);
    figure.published = publication.value;
    if (figure.published && figure.recomputed)
      figure.verdict = verdict_on(*figure.published, *figure.recomputed);
    figure.note = joined({difference_note(figure), publication.note, scenario_note(figure.name, scenario)});
    ledger.figures.push_back(std::move(figure));
  }
  return ledger;
}

}  // namespace chatsim::planner
