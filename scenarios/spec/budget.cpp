#include "scenarios/spec/budget.hpp"

#include <fmt/format.h>

#include <array>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {
namespace {

using Relation = BudgetTerms::Relation;

// Those of two characters first: "<" begins "<=".
constexpr std::array<std::pair<std::string_view, Relation>, 5> relations{{{"<=", Relation::at_most},
                                                                          {">=", Relation::at_least},
                                                                          {"==", Relation::equal},
                                                                          {"<", Relation::less},
                                                                          {">", Relation::more}}};

constexpr std::array<std::pair<std::string_view, Phase::Part>, 3> parts{
    {{"before", Phase::Part::before}, {"during", Phase::Part::during}, {"after", Phase::Part::after}}};

using Unit = BudgetTerms::Unit;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool read_limit(std::string_view text, BudgetTerms& terms) {
  std::string ignored;
  if (const auto number = parse_number(text, ignored)) {
    terms.limit = *number;
  } else if (const auto share = parse_probability(text, ignored)) {
    terms.limit = share->value();
  } else if (const auto time = parse_quantity<Seconds>(text, ignored)) {
    terms.limit = time->value();
    terms.unit = Unit::seconds;
  } else if (const auto size = parse_quantity<Bytes>(text, ignored)) {
    terms.limit = size->value();
    terms.unit = Unit::bytes;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string_view relation_text(Relation relation) {
  for (const auto& [text, one] : relations) {
    if (one == relation) return text;
  }
  return "?";
}

bool BudgetTerms::holds(double value) const {
  switch (relation) {
    case Relation::less:
      return value < limit;
    case Relation::at_most:
      return value <= limit;
    case Relation::equal:
      return value == limit;
    case Relation::at_least:
      return value >= limit;
    case Relation::more:
      return value > limit;
  }
  return false;
}

std::string_view part_text(Phase::Part part) {
  for (const auto& [text, one] : parts) {
    if (one == part) return text;
  }
  return "";
}

UnitEnding unit_ending(std::string_view metric) {
  for (const UnitEnding& ending : unit_endings) {
    if (metric.ends_with(ending.text) && !metric.ends_with("_per_s")) return ending;
  }
  return {"", Unit::none, 1};
}

std::optional<Phase> parse_phase(std::string_view text, std::string& error) {
  const std::string_view whole = trimmed(text);
  if (whole.empty()) return Phase{};
  const auto space = whole.find(' ');
  for (const auto& [word, part] : parts) {
    if (whole.substr(0, space) != word) continue;
    if (space == std::string_view::npos) return Phase{part, ""};
    const std::string_view incident = trimmed(whole.substr(space));
    if (incident.find(' ') == std::string_view::npos) return Phase{part, std::string(incident)};
  }
  error = fmt::format("{} is no phase; such as 'during incident_1', 'after incident_1', or 'during' for the worst of all",
                      quoted(std::string(text)));
  return std::nullopt;
}

std::optional<BudgetTerms> parse_budget(const Budget& budget, std::string& error) {
  const std::string_view text = budget.holds;
  for (const auto& [sign, relation] : relations) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) continue;
    BudgetTerms terms;
    terms.relation = relation;
    terms.path = trimmed(text.substr(0, at));
    const std::string_view limit = trimmed(text.substr(at + sign.size()));
    if (terms.path.empty() || terms.path.find(' ') != std::string::npos) break;
    if (!read_limit(limit, terms)) {
      error = fmt::format("{} is no limit: a number, a percentage, a time or a size", quoted(std::string(limit)));
      return std::nullopt;
    }
    const auto phase = parse_phase(budget.phase, error);
    if (!phase) return std::nullopt;
    terms.phase = *phase;
    return terms;
  }
  error = fmt::format("{} is not of the form 'latency.send_to_ack.p99 <= 250ms'; the relations are <, <=, ==, >=, >",
                      quoted(std::string(text)));
  return std::nullopt;
}

}  // namespace chatsim::spec
