#include "planner/experiment/replicate.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "planner/experiment/numbers.hpp"

namespace chatsim::planner {
namespace {

constexpr std::size_t failures_to_give_up = 3;

std::function<spec::Seconds()> wall_clock() {
  return [begin = std::chrono::steady_clock::now()] {
    return spec::Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
  };
}

/// Takes outcomes as they come and judges them in order.
class Collection {
 public:
  Collection(const spec::Scenario& scenario, const ReplicateOptions& options)
      : options_(options), elapsed_(options.elapsed ? options.elapsed : wall_clock()), outcomes_(options.most) {
    if (options.precision) rule_.emplace(*options.precision);
    for (std::size_t i = 0; i < options.most; ++i) seeds_.push_back(scenario.seed + i);
  }

  const std::vector<Seed>& seeds() const { return seeds_; }

  void take(std::size_t index, TrialOutcome outcome) {
    if (decided_) return;  // Begun beyond what was needed.
    outcomes_.at(index) = std::move(outcome);
    taken_any_ = true;
    while (!decided_ && judged_ < outcomes_.size() && can_be_judged(outcomes_[judged_])) judge();
  }

  bool enough() {
    if (!decided_ && taken_any_ && options_.max_time && elapsed_() >= *options_.max_time) time_is_up_ = true;
    return decided_ || time_is_up_;
  }

  Experiment experiment() {
    Experiment experiment;
    experiment.ending = decided_ ? *decided_ : time_is_up_ ? Ending::time_is_up : Ending::interrupted;
    const bool any_whole = std::any_of(outcomes_.begin(), outcomes_.end(), [](const auto& outcome) {
      const auto* result = outcome ? std::get_if<spec::Result>(&*outcome) : nullptr;
      return result && !result->interrupted;
    });
    const std::size_t end = decided_ ? judged_ : outcomes_.size();
    for (std::size_t i = 0; i < end; ++i) {
      if (!outcomes_[i]) continue;
      Replication replication{seeds_[i], std::nullopt, ""};
      if (auto* result = std::get_if<spec::Result>(&*outcomes_[i])) {
        if (result->interrupted && any_whole) continue;
        replication.result = std::move(*result);
      } else {
        replication.failure = std::get<TrialFailure>(*outcomes_[i]).message;
      }
      experiment.replications.push_back(std::move(replication));
    }
    summarise(experiment);
    return experiment;
  }

 private:
  /// What was cut short says nothing of when it is enough.
  static bool can_be_judged(const std::optional<TrialOutcome>& outcome) {
    const auto* result = outcome ? std::get_if<spec::Result>(&*outcome) : nullptr;
    return outcome && !(result && result->interrupted);
  }

  void judge() {
    const TrialOutcome& outcome = *outcomes_[judged_++];
    if (const auto* result = std::get_if<spec::Result>(&outcome)) {
      ++succeeded_;
      if (rule_) rule_->add(*result);
    }
    if (rule_ && !rule_->unknown().empty()) {
      decided_ = Ending::unknown_metric;
    } else if (rule_ && succeeded_ > 0 && rule_->is_met()) {
      decided_ = Ending::precise;
    } else if (succeeded_ == 0 && judged_ >= failures_to_give_up) {
      decided_ = Ending::failing;
    } else if (judged_ == options_.most) {
      decided_ = Ending::all_done;
    }
  }

  void summarise(Experiment& experiment) {
    std::vector<const spec::Result*> results;
    for (const Replication& replication : experiment.replications) {
      if (replication.result) results.push_back(&*replication.result);
    }
    if (!results.empty()) {
      experiment.mean = mean_of(results);
      experiment.intervals = intervals_of(results);
    }
    if (!rule_) return;
    // What the clock kept need not be all in a row: judged anew.
    PrecisionRule rule(*options_.precision);
    for (const spec::Result* result : results) rule.add(*result);
    experiment.metrics = rule.metrics();
    experiment.unknown_metrics = rule.unknown();
  }

  const ReplicateOptions& options_;
  std::function<spec::Seconds()> elapsed_;
  std::vector<Seed> seeds_;
  std::vector<std::optional<TrialOutcome>> outcomes_;  // By index.
  std::optional<PrecisionRule> rule_;
  std::size_t judged_ = 0;  // Of the first outcomes, all in a row.
  std::size_t succeeded_ = 0;
  bool taken_any_ = false;
  bool time_is_up_ = false;
  std::optional<Ending> decided_;
};

}  // namespace

const char* name_of(Ending ending) {
  switch (ending) {
    case Ending::all_done:
      return "all_done";
    case Ending::precise:
      return "precise";
    case Ending::time_is_up:
      return "time_is_up";
    case Ending::failing:
      return "failing";
    case Ending::unknown_metric:
      return "unknown_metric";
    case Ending::interrupted:
      return "interrupted";
  }
  return "";
}

std::size_t Experiment::succeeded() const {
  return static_cast<std::size_t>(
      std::count_if(replications.begin(), replications.end(),
                    [](const Replication& replication) { return replication.result.has_value(); }));
}

Batch one_by_one(Trial trial) {
  return [trial = std::move(trial)](const BatchOrder& order) {
    for (std::size_t i = 0; i < order.seeds.size() && !order.enough(); ++i) {
      try {
        order.take(i, trial(order.scenario, order.seeds[i]));
      } catch (const std::exception& exception) {
        order.take(i, TrialFailure{exception.what()});
      }
    }
  };
}

Experiment replicate(const spec::Scenario& scenario, const ReplicateOptions& options, const Batch& batch) {
  Collection collection(scenario, options);
  batch({scenario, collection.seeds(),
         [&](std::size_t index, TrialOutcome outcome) { collection.take(index, std::move(outcome)); },
         [&] { return collection.enough(); }});
  return collection.experiment();
}

}  // namespace chatsim::planner
