#include "planner/reconcile/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

/// Steps of messages to groups.
bool follows_groups(const std::string& step) {
  static constexpr std::array<std::string_view, 13> steps{"to_member", "conversation", "locate_member", "push", "mark_sent",
                                                         "mark_delivered", "mark_read", "receipt", "push_receipt",
                                                         "locate_author", "blob_get", "members", "group_rows"};
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

/// Relative standard deviation of the mean size of the very active groups, which are one sample of groups.
double spread_of_active_groups(const spec::Population& population) {
  const double active = population.groups * population.active_groups.value();
  if (active < 1 || population.group_message_share.value() == 0) return 0;
  const double mean = population.group_size.mean();
  const double deviation = std::sqrt(std::min(population.group_size.variance(), 1.0 * population.group_size_max * mean));
  const double of_recipients = population.group_message_share.value() * (mean - 1) / spec::recipients_per_message(population);
  return of_recipients * population.active_group_share.value() * deviation / mean / std::sqrt(active);
}

std::string saturated_before(const Plan& plan) {
  return plan.unstable.empty() ? "" : fmt::format("{} is not stable and holds back what comes after it", plan.unstable.front().tier);
}

/// What the plan leaves out of this scenario, before causes that are only guessed; else `guess`.
std::string left_out_or(const Plan& plan, const std::string& guess) {
  if (plan.not_modelled.empty()) return guess;
  std::string paths;
  for (const NotModelled& one : plan.not_modelled) paths += (paths.empty() ? "" : ", ") + one.path;
  return "the plan leaves out " + paths;
}

}  // namespace

double noise_of(const spec::Scenario& scenario, double times, const std::string& step) {
  constexpr double confidence = 2;  // Standard deviations.
  double variance = times > 0 ? 1 / times : 1;
  // Of groups and mailboxes many come at once: as a request sees it, some dozens.
  constexpr double at_once = 30;
  if (follows_groups(step)) {
    const double of_groups = spread_of_active_groups(scenario.population);
    variance = variance * at_once + of_groups * of_groups;
  }
  if (step == "mailbox_message") variance *= at_once;
  return confidence * std::sqrt(variance);
}

std::string cause_of_difference(const spec::Scenario& scenario, const Plan& plan, const spec::Result& simulated, const Row& row) {
  if (const std::string before = saturated_before(plan); !before.empty()) return before;
  const std::string step = row.figure.substr(row.figure.find('.') + 1);
  switch (row.subject) {
    case Subject::visits: {
      if (step == "locate_again") return "looked up again after a refused push or a time-out: the plan has no retries";
      if (step == "locate_miss") return "misses of the cache: the plan takes all profiles to fit";
      const double messages = static_cast<double>(simulated.messages.offered);
      if (row.simulated) {
        const double noise = noise_of(scenario, *row.simulated * messages, step);
        if (std::abs(row.difference().value_or(0)) <= noise) {
          return fmt::format("chance: {:.0f} were counted, and of groups the sizes of a sample; {:.1f} % either way",
                             *row.simulated * messages, 100 * noise);
        }
      }
      return left_out_or(plan, "the simulation is not in its steady state, or the service graph leaves something out");
    }
    case Subject::utilisation:
      return "follows the visits above";
    case Subject::wait:
      return left_out_or(plan,
                         "bursts: members of a group and messages of a mailbox are strewn less, or more, than assumed; ring "
                         "shares of few machines");
    case Subject::latency:
      if (row.figure.starts_with("login.")) {
        return "users of like sessions log in at equal distances: in a small system two large mailboxes fall together in the whole "
               "of a run, or in none of it; the plan has them come by chance";
      }
      return left_out_or(plan, "hops are taken as independent, bursts by their mean");
    default:
      return left_out_or(plan, "chance, or a state that is not steady");
  }
}

std::string cause_beside_ledger(const spec::Scenario& scenario, const std::string& name) {
  const spec::Population& population = scenario.population;
  if (name == "messages_per_second") {
    return population.load_factor == 1 ? "" : fmt::format("load: {} times the mean", population.load_factor);
  }
  if (name == "profile_machines") {
    return fmt::format("fan-out, authors, receipts and presence: {:.1f} look-ups a message in place of one, and the peak",
                       spec::profile_reads_per_message(population) +
                           spec::recipients_per_message(population) * (1 + population.sessions.read_share.value()));
  }
  if (name == "conversation_storage" || name == "conversation_machines") {
    return fmt::format("fan-out and both sides: {:.1f} rows a message; operations a second, not bytes, decide",
                       spec::conversation_rows_per_message(population));
  }
  if (name == "message_machines") return "operations a second at the peak, where they ask for more than bytes";
  if (name == "gateway_machines") {
    return fmt::format("{:.0f} % of the users are connected, not all at once", 100 * population.online.value());
  }
  if (name == "group_storage") return "groups are not all full";
  if (name == "blob_storage") return "mean size, and kept for a time of their own";
  return "";
}

}  // namespace chatsim::planner
