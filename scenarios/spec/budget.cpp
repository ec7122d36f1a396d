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
    terms.unit = BudgetTerms::Unit::seconds;
  } else if (const auto size = parse_quantity<Bytes>(text, ignored)) {
    terms.limit = size->value();
    terms.unit = BudgetTerms::Unit::bytes;
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

std::optional<BudgetTerms> parse_budget(std::string_view text, std::string& error) {
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
    return terms;
  }
  error = fmt::format("{} is not of the form 'latency.send_to_ack.p99 <= 250ms'; the relations are <, <=, ==, >=, >",
                      quoted(std::string(text)));
  return std::nullopt;
}

}  // namespace chatsim::spec
