#include <cmath>

#include "scenarios/spec/budget.hpp"
#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/fault_target.hpp"
#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/regions.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/words.hpp"

// What stands in a single value: quantities, distributions, budgets, targets of faults, shares of users. All of them are
// tried with each text.

namespace chatsim::fuzz {
namespace {

template <class T>
void run_quantity(std::string_view text) {
  std::string error;
  const auto value = spec::parse_quantity<T>(text, error);
  require(value.has_value() == error.empty(), "there is a quantity or a reason why not", error);
  if (!value) return;
  require(std::isfinite(value->value()), "a quantity is finite", text);
  const std::string written = spec::to_text(*value);
  const auto back = spec::parse_quantity<T>(written, error);
  require(back && *back == *value, "a quantity comes back", written);
}

void run_distribution(std::string_view text, spec::Samples samples) {
  std::string error;
  const auto distribution = spec::Distribution::parse(text, samples, error);
  require(distribution.has_value() == error.empty(), "there is a distribution or a reason why not", error);
  if (!distribution) return;
  const std::string written = distribution->to_text(samples);
  const auto back = spec::Distribution::parse(written, samples, error);
  require(back && *back == *distribution, "a distribution comes back", written + "\n" + error);
  require(distribution->mean() >= 0, "a mean is no less than 0", written);
  double last = 0;
  for (const double p : {0.0, 0.01, 0.5, 0.99, 1.0}) {
    const double quantile = distribution->quantile(p);
    require(quantile >= last, "quantiles ascend from 0", written);
    last = quantile;
  }
}

void run(std::string_view text) {
  std::string error;
  if (const auto number = spec::parse_number(text, error)) {
    const auto back = spec::parse_number(spec::number_text(*number), error);
    require(back && *back == *number, "a number comes back", text);
  }
  run_quantity<spec::Seconds>(text);
  run_quantity<spec::Bytes>(text);
  run_quantity<spec::BytesPerSecond>(text);
  run_quantity<spec::PerSecond>(text);
  run_quantity<spec::Usd>(text);
  for (const auto samples : {spec::Samples::durations, spec::Samples::numbers, spec::Samples::sizes})
    run_distribution(text, samples);
  error.clear();
  const spec::Budget budget{std::string(text), "during", ""};
  require(spec::parse_budget(budget, error).has_value() == error.empty(), "there is a budget or a reason why not", error);
  error.clear();
  const auto targets = spec::parse_fault_targets(text, error);
  require(targets.has_value() == error.empty(), "there are targets or a reason why not", error);
  if (targets) require(!targets->empty(), "there is a target");
  for (const int regions : {1, 2, 3}) {
    const auto shares = spec::user_shares(std::string(text), regions);
    if (shares) require(shares->size() == static_cast<std::size_t>(regions), "each region has a share", text);
  }
}

std::vector<std::string> words() {
  std::vector<std::string> words = quantity_words();
  for (const std::string& word : fault_words()) words.push_back(word);
  words.insert(words.end(), {"latency.send_to_ack.p99", "messages.failed", "<=", ">=", "==", "equal", "60% 40%"});
  return words;
}

}  // namespace

const Target target{"texts", run, words};

}  // namespace chatsim::fuzz
