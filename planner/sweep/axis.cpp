#include "planner/sweep/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::planner {
namespace {

constexpr std::size_t steps_max = 100'000;

using Scale = Axis::Scale;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Commas within brackets part nothing: "exponential(1ms),mixture(0.9 1ms, 0.1 9ms)" are two.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] == '(' || text[i] == '{')) ++depth;
    if (i < text.size() && (text[i] == ')' || text[i] == '}')) --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    parts.emplace_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return parts;
}

struct NumberWithUnit {
  double number;
  std::string_view unit;
};

std::optional<NumberWithUnit> read_number(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.eE+-_");
  std::string ignored;
  // "1e3" is a number, the e of "1exabyte" none: the longest beginning that is one.
  for (auto length = std::min(end, text.size()); length > 0; --length) {
    if (const auto number = spec::parse_number(text.substr(0, length), ignored)) return NumberWithUnit{*number, text.substr(length)};
  }
  return std::nullopt;
}

std::string value_text(const Axis::Range& range, double value) {
  if (range.whole) value = std::round(value);
  return range.before + fmt::format("{:.10g}", value) + range.unit + range.after;
}

double number_at(const Axis::Range& range, double part) {
  if (range.scale == Scale::logarithmic) return range.low * std::pow(range.high / range.low, part);
  return range.low + (range.high - range.low) * part;
}

/// "A..B", what follows it, and what is around it.
struct RangeText {
  std::string_view low, high, rest, before, after;
};

std::optional<RangeText> find_range(std::string_view text) {
  RangeText found;
  std::string_view inner = text;
  if (const auto open = text.find('{'); open != std::string_view::npos) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    found.before = text.substr(0, open);
    found.after = text.substr(close + 1);
    inner = text.substr(open + 1, close - open - 1);
  }
  const auto dots = inner.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  found.low = inner.substr(0, dots);
  found.high = inner.substr(dots + 2);
  if (const auto colon = found.high.find(':'); colon != std::string_view::npos) {
    found.rest = found.high.substr(colon);
    found.high = found.high.substr(0, colon);
  }
  return found;
}

/// ":7", ":log", ":7:log". \returns whether it makes sense.
bool read_steps(std::string_view rest, std::size_t& steps, Scale& scale) {
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find(':'));
    rest.remove_prefix(word.size());
    std::string ignored;
    if (word == "log") {
      scale = Scale::logarithmic;
    } else if (const auto number = spec::parse_number(word, ignored);
               number && *number >= 2 && *number <= static_cast<double>(steps_max) && *number == std::floor(*number)) {
      steps = static_cast<std::size_t>(*number);
    } else {
      return false;
    }
  }
  return true;
}

std::optional<Axis> parse_range(const spec::FieldNode& field, const RangeText& text, std::string& error) {
  Axis axis{.path = field.path, .values = {}, .range = Axis::Range{}};
  Axis::Range& range = *axis.range;
  const auto low = read_number(trimmed(text.low)), high = read_number(trimmed(text.high));
  if (!low || !high || low->unit != high->unit) {
    error = fmt::format("{}..{} is no range: two numbers with the same unit, such as 0.5..2 or 5ms..20ms", text.low, text.high);
    return std::nullopt;
  }
  range.low = low->number;
  range.high = high->number;
  range.unit = low->unit;
  range.before = text.before;
  range.after = text.after;
  range.whole = field.kind == spec::FieldKind::whole_number;
  std::size_t steps = 0;
  if (!read_steps(text.rest, steps, range.scale)) {
    error = fmt::format("{} says neither how many steps, 2 to {}, nor log", spec::quoted(text.rest.substr(1)), steps_max);
    return std::nullopt;
  }
  if (range.scale == Scale::logarithmic && (range.low <= 0 || range.high <= 0)) {
    error = "equal ratios begin and end above 0";
    return std::nullopt;
  }
  for (std::size_t i = 0; i < steps; ++i) {
    std::string value = value_text(range, number_at(range, static_cast<double>(i) / static_cast<double>(steps - 1)));
    if (axis.values.empty() || axis.values.back() != value) axis.values.push_back(std::move(value));
  }
  return axis;
}

/// What is wrong with the first value that the field does not take.
std::optional<std::string> complaint(const spec::FieldNode& field, const Axis& axis, spec::Scenario scratch) {
  std::vector<std::string> values = axis.values;
  if (axis.range) values = {value_text(*axis.range, axis.range->low), value_text(*axis.range, axis.range->high)};
  for (const std::string& value : values) {
    if (const auto wrong = field.set(scratch, value)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

std::string Axis::at(double part) const {
  if (range) return value_text(*range, number_at(*range, part));
  const auto count = static_cast<double>(values.size());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * count))];
}

std::optional<Axis> parse_axis(std::string_view text, const spec::Scenario& scenario, std::string& error) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    error = fmt::format("{} is not of the form PATH=VALUE,VALUE or PATH=LOW..HIGH:STEPS", spec::quoted(text));
    return std::nullopt;
  }
  const std::string_view path = trimmed(text.substr(0, equals)), values = trimmed(text.substr(equals + 1));
  const spec::FieldNode* field = spec::find_field(path, scenario);
  if (field == nullptr || !field->set) {
    error = fmt::format("{} is no field of the scenario; 'chatsim explain' lists them", spec::quoted(path));
    return std::nullopt;
  }
  std::optional<Axis> axis;
  if (const auto range = find_range(values)) {
    axis = parse_range(*field, *range, error);
  } else {
    axis = Axis{.path = field->path, .values = split_list(values), .range = {}};
  }
  if (!axis) {
    error = fmt::format("{}: {}", path, error);
    return std::nullopt;
  }
  if (const auto wrong = complaint(*field, *axis, scenario)) {
    error = fmt::format("{}: {}", path, *wrong);
    return std::nullopt;
  }
  return axis;
}

}  // namespace chatsim::planner
