#include "tests/fuzz/random_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::fuzz {
namespace {

using spec::FieldKind;
using spec::FieldNode;
using tests::Dice;

struct Usual {
  const char* path_end;
  const char* text;
};

/// Of what is off in the base: 0 has no neighbourhood, nor has none.
constexpr Usual usual[] = {{".amplitude", "0.5"},
                           {".drain.gateways", "0.3"},
                           {".login_rate", "30/s"},
                           {".gateway.spare", "5"},
                           {".spare_open_at", "1s"},
                           {".machines_at_start", "2"},
                           {".load_bound", "1.3"},
                           {".growth.machines", "2"},
                           {".disk_fill_at_start", "0.5"},
                           {".throttle", "50MB/s"},
                           {".anti_entropy", "2s"},
                           {".regions.copies", "1"},
                           {".hedge.after", "10ms"},
                           {".status_index.entry", "16B"},
                           {".write_share", "0.3"},
                           {".heartbeat_loss", "0.1"},
                           {".machine.time_to_failure", "100s"},
                           {".disk.time_to_failure", "300s"},
                           {".rack.time_to_failure", "30s"},
                           {".pod.time_to_failure", "20s"},
                           {".power.time_to_failure", "20s"},
                           {".burst.probability", "0.3"},
                           {".retry.longest", "1s"},
                           {".retry.budget", "0.1"},
                           {".bulkhead.calls", "10"},
                           {".breaker.failures", "0.5"},
                           {".network.jitter", "1ms"},
                           {"network.jitter", "1ms"}};

std::string usual_of(const FieldNode& field) {
  for (const auto& [path_end, text] : usual) {
    if (field.path.ends_with(path_end)) return text;
  }
  return "";
}

/// A number in a text like "10ms", and what follows it.
struct Measured {
  double number;
  std::string unit;
};

std::optional<Measured> measured(const std::string& text) {
  const auto end = text.find_first_not_of("0123456789.eE-+");
  std::string number = text.substr(0, end), unit = end == std::string::npos ? "" : text.substr(end), error;
  if (!number.empty() && (number.back() == 'e' || number.back() == 'E')) unit = number.back() + unit, number.pop_back();
  const auto value = spec::parse_number(number, error);
  return value ? std::optional<Measured>({*value, unit}) : std::nullopt;
}

double limited(double value, const spec::Bounds& bounds) { return std::clamp(value, bounds.min, bounds.max); }

std::string random_whole(const FieldNode& field, double now, Dice& dice) {
  // Of few, a neighbour; of many, anything within a decade.
  double value = std::abs(now) < 8 ? now + std::round(dice.between(-3.5, 3.5)) : std::round(now * dice.magnitude(0.2, 5));
  value = limited(value, field.bounds);
  return fmt::format("{:.0f}", value);
}

std::string random_distribution(const Measured& mean, Dice& dice) {
  const double value = mean.number * dice.magnitude(0.2, 4);
  const auto text = [&](double share) { return spec::number_text(value * share) + mean.unit; };
  switch (dice.below(7)) {
    case 0:
      return text(1);
    case 1:
      return fmt::format("lognormal(mean={}, sigma={})", text(1), spec::number_text(dice.magnitude(0.1, 2)));
    case 2:
      return fmt::format("pareto(x_min={}, alpha={})", text(0.5), spec::number_text(dice.magnitude(1.2, 20)));
    case 3:
      return fmt::format("empirical(0.5 {}, 0.25 {}, 0.25 {})", text(0.5), text(1), text(2));
    case 4:
      return fmt::format("mixture(0.9 {}, 0.1 exponential({}))", text(0.5), text(5.5));
    case 5:
      return fmt::format("lognormal(median={}, p99={})", text(0.7), text(dice.magnitude(1.5, 10)));
    default:
      return fmt::format("exponential({})", text(1));
  }
}

/// The first quantity in the text of a distribution, which is near enough to its mean.
std::optional<Measured> centre_of(const std::string& text) {
  const auto digit = text.find_first_of("0123456789");
  if (digit == std::string::npos) return std::nullopt;
  return measured(text.substr(digit, text.find_first_of(" ,)", digit) - digit));
}

}  // namespace

std::optional<std::string> random_value(const FieldNode& field, const std::string& now, Dice& dice) {
  if (field.kind == FieldKind::choice) return std::string(dice.of(field.choices));
  if (field.kind == FieldKind::text) return std::nullopt;
  if (field.optional && now != spec::none_text && dice.one_in(3)) return std::string(spec::none_text);
  std::string from = now;
  if (const auto zero = measured(now); now == spec::none_text || (zero && zero->number == 0)) from = usual_of(field);
  if (field.kind == FieldKind::distribution) {
    const auto centre = centre_of(from);
    return centre ? std::optional(random_distribution(*centre, dice)) : std::nullopt;
  }
  const auto near = measured(from);
  if (!near) return std::nullopt;
  if (field.kind == FieldKind::whole_number) return random_whole(field, near->number, dice);
  if (field.kind == FieldKind::probability) {
    // Sure and impossible are what often goes another way.
    if (dice.one_in(4)) return dice.one_in(2) ? "0" : "1";
    return spec::number_text(limited(dice.between(0, 1), field.bounds));
  }
  const double value = near->number * dice.magnitude(0.2, 5);
  return spec::number_text(near->unit.empty() ? limited(value, field.bounds) : value) + near->unit;
}

}  // namespace chatsim::fuzz
