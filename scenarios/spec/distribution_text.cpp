#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/similar.hpp"

// The text form of a distribution. Failures travel as ParseFailure inside this file only.

namespace chatsim::spec {
namespace {

struct ParseFailure {
  std::string message;
};

constexpr std::array<std::string_view, 6> forms{"constant", "exponential", "lognormal",
                                                "pareto",   "empirical",   "mixture"};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

/// "allowed: a, b, c", and the nearest of them where there is one.
template <class Names>
std::string allowed(std::string_view given, const Names& names) {
  std::string list;
  std::string_view nearest;
  std::size_t least = 3;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
    const std::size_t distance = edit_distance(given, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  return "allowed: " + list + (nearest.empty() ? "" : "; did you mean " + quoted(nearest) + "?");
}

std::string quantity_text(double value, Samples samples) {
  switch (samples) {
    case Samples::durations:
      return to_text(Seconds{value});
    case Samples::sizes:
      return to_text(Bytes{value});
    case Samples::numbers:
      break;
  }
  return number_text(value);
}

double plain_number(std::string_view text, std::string_view what) {
  std::string error;
  const auto value = parse_number(text, error);
  if (!value) throw ParseFailure{std::string(what) + ": " + error};
  return *value;
}

double quantity(std::string_view text, Samples samples) {
  std::string error;
  switch (samples) {
    case Samples::durations:
      if (const auto value = parse_seconds(text, error)) return value->value();
      break;
    case Samples::sizes:
      if (const auto value = parse_quantity<Bytes>(text, error)) return value->value();
      break;
    case Samples::numbers:
      if (const auto value = parse_number(text, error)) return *value;
      break;
  }
  throw ParseFailure{error};
}

std::string_view example_of(Samples samples) {
  return samples == Samples::durations ? "10ms" : samples == Samples::sizes ? "10kB" : "10";
}

bool starts_like_number(std::string_view text) { return text.find_first_of("0123456789+-.") == 0; }

/// Splits at the commas that stand in no inner parentheses.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    parts.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (parts.size() == 1 && parts.front().empty()) parts.clear();
  return parts;
}

/// The arguments of one form by name; each may be taken once, and none may be left.
class Arguments {
 public:
  Arguments(std::string_view form, std::string_view text, std::vector<std::string_view> names)
      : form_(form), names_(std::move(names)) {
    for (const std::string_view part : split(text)) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos) {
        // A form with a single argument needs no name.
        if (names_.size() != 1) fail("write each argument as name=value, not " + quoted(part));
        add(names_.front(), part);
      } else {
        add(trim(part.substr(0, equals)), trim(part.substr(equals + 1)));
      }
    }
  }

  std::optional<std::string_view> find(std::string_view name) const {
    for (const auto& [given, value] : given_)
      if (given == name) return value;
    return std::nullopt;
  }

  /// The one of two alternatives that was given.
  std::string_view one_of(std::string_view first, std::string_view second) const {
    if (find(first).has_value() == find(second).has_value())
      fail("needs exactly one of " + std::string(first) + "= and " + std::string(second) + "=");
    return find(first) ? first : second;
  }

  std::string_view get(std::string_view name) const {
    const auto value = find(name);
    if (!value) fail("needs " + std::string(name) + "=");
    return *value;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw ParseFailure{std::string(form_) + ": " + message};
  }

 private:
  void add(std::string_view name, std::string_view value) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
      fail("unknown argument " + quoted(name) + "; " + allowed(name, names_));
    if (find(name)) fail(std::string(name) + "= is given twice");
    given_.emplace_back(name, value);
  }

  std::string_view form_;
  std::vector<std::string_view> names_;
  std::vector<std::pair<std::string_view, std::string_view>> given_;
};

Distribution parse_lognormal(std::string_view inside, Samples samples) {
  const Arguments arguments("lognormal", inside, {"median", "mean", "sigma", "p99"});
  const bool by_mean = arguments.one_of("median", "mean") == "mean";
  const bool by_p99 = arguments.one_of("sigma", "p99") == "p99";
  const double centre = quantity(arguments.get(by_mean ? "mean" : "median"), samples);
  if (by_p99) {
    const double p99 = quantity(arguments.get("p99"), samples);
    return by_mean ? Distribution::lognormal_with_mean_and_p99(centre, p99)
                   : Distribution::lognormal_with_median_and_p99(centre, p99);
  }
  const double sigma = plain_number(arguments.get("sigma"), "lognormal: sigma");
  return by_mean ? Distribution::lognormal_with_mean(centre, sigma) : Distribution::lognormal(centre, sigma);
}

/// "0.5 10ms" and "0.5 exponential(10ms)" have a weight, "10ms" and "10 ms" have none.
std::pair<std::optional<double>, std::string_view> split_weight(std::string_view part) {
  const auto space = part.find_first_of(" \t\n");
  if (space == std::string_view::npos || !starts_like_number(part)) return {std::nullopt, part};
  const std::string_view rest = trim(part.substr(space));
  if (!starts_like_number(rest) && rest.find('(') == std::string_view::npos) return {std::nullopt, part};
  return {plain_number(part.substr(0, space), "weight"), rest};
}

Distribution parse_empirical(std::string_view inside, Samples samples) {
  std::vector<Distribution::Weighted> values;
  std::size_t weighted = 0;
  for (const std::string_view part : split(inside)) {
    const auto [weight, rest] = split_weight(part);
    if (weight) ++weighted;
    values.push_back({weight.value_or(1), quantity(rest, samples)});
  }
  if (weighted != 0 && weighted != values.size())
    throw ParseFailure{"empirical: give every value a weight, as in " +
                       quoted("0.5 " + std::string(example_of(samples))) + ", or none"};
  return Distribution::empirical(std::move(values));
}

/// Each level of a mixture of mixtures is another function call, and another look for the end of the text.
constexpr int levels_max = 8;

Distribution parse_distribution(std::string_view text, Samples samples, int level);

Distribution parse_mixture(std::string_view inside, Samples samples, int level) {
  std::vector<Distribution::Component> components;
  for (const std::string_view part : split(inside)) {
    const auto [weight, rest] = split_weight(part);
    if (!weight)
      throw ParseFailure{
          "mixture: " + quoted(part) + " has no weight; write " +
          quoted("0.5 " + (part.empty() ? std::string("exponential(...)") : std::string(part)))};
    components.push_back({*weight, parse_distribution(rest, samples, level + 1)});
  }
  return Distribution::mixture(components);
}

Distribution parse_distribution(std::string_view text, Samples samples, int level) {
  if (level > levels_max)
    throw ParseFailure{"mixture: more than " + std::to_string(levels_max) +
                       " mixtures within each other; write one of all components, each with the product of its weights"};
  text = trim(text);
  const std::string example(example_of(samples));
  if (text.empty())
    throw ParseFailure{"is empty; write " + quoted(example) + " or a form; " + allowed(text, forms)};
  const auto open = text.find('(');
  if (open == std::string_view::npos) {
    if (starts_like_number(text)) return Distribution::constant(quantity(text, samples));
    throw ParseFailure{quoted(text) + " is neither a number as in " + quoted(example) + " nor a form as in " +
                       quoted("exponential(" + example + ")") + "; " + allowed(text, forms)};
  }
  const std::string_view form = trim(text.substr(0, open));
  int depth = 0;
  std::size_t close = open;
  for (; close < text.size(); ++close) {
    if (text[close] == '(') ++depth;
    if (text[close] == ')' && --depth == 0) break;
  }
  if (close == text.size()) throw ParseFailure{quoted(text) + ": a closing parenthesis is missing"};
  if (close + 1 != text.size())
    throw ParseFailure{quoted(text.substr(close + 1)) + " after the closing parenthesis is not understood"};
  const std::string_view inside = text.substr(open + 1, close - open - 1);

  if (form == "constant")
    return Distribution::constant(quantity(Arguments(form, inside, {"value"}).get("value"), samples));
  if (form == "exponential")
    return Distribution::exponential(quantity(Arguments(form, inside, {"mean"}).get("mean"), samples));
  if (form == "lognormal") return parse_lognormal(inside, samples);
  if (form == "pareto") {
    const Arguments arguments(form, inside, {"x_min", "alpha"});
    return Distribution::pareto(quantity(arguments.get("x_min"), samples),
                                plain_number(arguments.get("alpha"), "pareto: alpha"));
  }
  if (form == "empirical") return parse_empirical(inside, samples);
  if (form == "mixture") return parse_mixture(inside, samples, level);
  throw ParseFailure{"unknown form " + quoted(form) + "; " + allowed(form, forms)};
}

std::string lognormal_text(const Distribution::LogNormal& form, Samples samples) {
  const auto text = [&](const char* name, double centre) {
    return std::string("lognormal(") + name + "=" + quantity_text(centre, samples) +
           ", sigma=" + number_text(form.sigma) + ")";
  };
  std::string best = text("median", form.median);
  // What was given as a mean has a median with 16 digits: say the round mean again where it gives the same
  // value.
  const double mean = form.median * std::exp(form.sigma * form.sigma / 2);
  std::array<char, 32> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), mean, std::chars_format::scientific, 11)
          .ptr;
  double rounded = 0;
  std::from_chars(buffer.data(), end, rounded);
  const std::string by_mean = text("mean", rounded);
  if (by_mean.size() < best.size() && Distribution::lognormal_with_mean(rounded, form.sigma) ==
                                          Distribution::lognormal(form.median, form.sigma))
    return by_mean;
  return best;
}

struct TextWriter {
  Samples samples;

  std::string operator()(const Distribution::Constant& form) const {
    return quantity_text(form.value, samples);
  }
  std::string operator()(const Distribution::Exponential& form) const {
    return "exponential(" + quantity_text(form.mean, samples) + ")";
  }
  std::string operator()(const Distribution::LogNormal& form) const {
    return lognormal_text(form, samples);
  }
  std::string operator()(const Distribution::Pareto& form) const {
    return "pareto(x_min=" + quantity_text(form.x_min, samples) + ", alpha=" + number_text(form.alpha) +
           ")";
  }
  std::string operator()(const Distribution::Empirical& form) const {
    const bool weighted =
        std::any_of(form.weights.begin(), form.weights.end(), [](double weight) { return weight != 1; });
    std::string list;
    for (std::size_t i = 0; i < form.values.size(); ++i) {
      if (i > 0) list += ", ";
      if (weighted) list += number_text(form.weights[i]) + " ";
      list += quantity_text(form.values[i], samples);
    }
    return "empirical(" + list + ")";
  }
  std::string operator()(const Distribution::Mixture& form) const {
    std::string list;
    for (std::size_t i = 0; i < form.weights.size(); ++i) {
      if (i > 0) list += ", ";
      list += number_text(form.weights[i]) + " " + form.components[i].to_text(samples);
    }
    return "mixture(" + list + ")";
  }
};

}  // namespace

std::optional<Distribution> Distribution::parse(std::string_view text, Samples samples, std::string& error) {
  try {
    return parse_distribution(text, samples, 0);
  } catch (const ParseFailure& failure) {
    error = failure.message;
  } catch (const std::invalid_argument& failure) {
    error = failure.what();
  }
  return std::nullopt;
}

std::string Distribution::to_text(Samples samples) const { return std::visit(TextWriter{samples}, form_); }

}  // namespace chatsim::spec
