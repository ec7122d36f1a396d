#include "planner/reconcile/reconcile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "planner/reconcile/causes.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

constexpr std::array<std::string_view, 7> subject_names{"rates a second", "visits a message", "utilisation", "waits",
                                                        "latencies", "storage", "machines"};
constexpr std::array<std::string_view, 4> agreement_names{"agrees", "within noise", "differs", "one side only"};

template <class Item>
const Item* named(const std::vector<Item>& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

/// Lays the columns side by side.
class Columns {
 public:
  Columns(const spec::Scenario& scenario, const Ledger& ledger, const Plan& plan, const Simulated& simulated)
      : scenario_(scenario), ledger_(ledger), plan_(plan), simulated_(simulated.result), intervals_(simulated.intervals),
        flow_(simulated.flow) {}

  Reconciliation all() {
    rates();
    visits();
    tiers();
    latencies();
    storage();
    machines();
    for (Row& row : rows_) judge(row);
    Reconciliation found{std::move(rows_), {}};
    for (std::size_t i = 0; i < subject_names.size(); ++i) {
      Score score{.subject = static_cast<Subject>(i)};
      for (const Row& row : found.rows) {
        if (row.subject != score.subject || row.agreement == Agreement::one_sided) continue;
        ++score.of;
        score.agree += row.agreement != Agreement::differs;
      }
      if (score.of > 0) found.scores.push_back(score);
    }
    return found;
  }

 private:
  Row& add(Subject subject, std::string figure, std::optional<double> planned, std::optional<double> simulated,
           const std::string& path = "", double scale = 1) {
    Row row;
    row.subject = subject;
    row.figure = std::move(figure);
    row.planned = planned;
    row.simulated = simulated;
    if (const spec::Interval* interval = path.empty() ? nullptr : intervals_.find(path)) {
      row.half_width = interval->half_width * scale;
    }
    rows_.push_back(std::move(row));
    return rows_.back();
  }
  void beside_ledger(Row& row, const std::string& name) {
    const auto found = std::find_if(ledger_.figures.begin(), ledger_.figures.end(), [&](const Figure& f) { return f.name == name; });
    if (found == ledger_.figures.end() || !found->exact) return;
    row.estimated = found->exact;
    const double other = row.simulated.value_or(row.planned.value_or(0));
    if (std::abs(*row.estimated - other) > 0.01 * std::abs(other)) row.cause = cause_beside_ledger(scenario_, name);
  }

  double a_second(double count) const { return simulated_.measured_s > 0 ? count / simulated_.measured_s : 0; }
  static std::optional<double> of_flow(const spec::Result* flow, const auto& get) {
    if (flow == nullptr) return std::nullopt;
    return get(*flow);
  }

  void rates() {
    const auto count = [&](const char* figure, std::uint64_t planned, std::uint64_t simulated, const char* path) -> Row& {
      return add(Subject::rate, figure, static_cast<double>(planned), a_second(static_cast<double>(simulated)), path,
                 simulated_.measured_s > 0 ? 1 / simulated_.measured_s : 1);
    };
    const spec::Result& plan = plan_.result;
    beside_ledger(count("messages", plan.messages.offered, simulated_.messages.offered, "messages.offered"),
                  "messages_per_second");
    count("deliveries due", plan.deliveries.due, simulated_.deliveries.due, "deliveries.due");
    count("delivered at once", plan.deliveries.delivered, simulated_.deliveries.delivered, "deliveries.delivered");
    count("logins", plan.sessions.logins, simulated_.sessions.logins, "sessions.logins");
    add(Subject::rate, "heartbeats", plan.sessions.heartbeats_per_s, simulated_.sessions.heartbeats_per_s,
        "sessions.heartbeats_per_s");
    add(Subject::rate, "last seen", plan.sessions.last_seen_per_s, simulated_.sessions.last_seen_per_s,
        "sessions.last_seen_per_s");
  }

  void visits() {
    const double messages = a_second(static_cast<double>(simulated_.messages.offered));
    if (messages <= 0) return;
    for (const spec::TierSummary& tier : simulated_.tiers) {
      std::set<std::string> steps;
      for (const spec::TierLoad& load : tier.loads) steps.insert(load.step);
      for (const Visits& visits : plan_.visits) {
        if (visits.tier == tier.name && visits.per_message > 0) steps.insert(visits.step);
      }
      for (const std::string& step : steps) {
        std::optional<double> planned, simulated;
        for (const Visits& visits : plan_.visits) {
          if (visits.tier == tier.name && visits.step == step && visits.per_message > 0) planned = visits.per_message;
        }
        for (const spec::TierLoad& load : tier.loads) {
          if (load.step == step) simulated = load.requests.value() / messages;
        }
        // What neither gives is no figure; what never came in this run is none of the simulation's.
        add(Subject::visits, tier.name + "." + step, planned.value_or(0), simulated.value_or(0),
            fmt::format("tiers.{}.loads.{}.requests_per_s", tier.name, step), 1 / messages);
      }
    }
  }

  void tiers() {
    for (const spec::TierSummary& tier : simulated_.tiers) {
      const spec::TierSummary* planned = named(plan_.result.tiers, tier.name);
      if (planned == nullptr) continue;
      const std::string path = "tiers." + tier.name + ".";
      Row& busy = add(Subject::utilisation, tier.name, planned->utilisation, tier.utilisation, path + "utilisation");
      busy.flow = of_flow(flow_, [&](const spec::Result& flow) {
        const spec::TierSummary* found = named(flow.tiers, tier.name);
        return found != nullptr ? found->utilisation : 0;
      });
      if (!plan_.unstable.empty()) continue;
      // In the time that the plan and the simulation both have: what a request waits and is served, cores included.
      add(Subject::wait, tier.name + ".wait_and_service_ms", 1e3 * (planned->wait_mean + planned->service_mean).value(),
          1e3 * (tier.wait_mean + tier.service_mean).value());
    }
  }

  void latencies() {
    for (const spec::LatencySummary& latency : simulated_.latency) {
      const spec::LatencySummary* planned = named(plan_.result.latency, latency.name);
      const spec::LatencySummary* of_flows = flow_ != nullptr ? named(flow_->latency, latency.name) : nullptr;
      if (latency.count == 0) continue;
      const auto percentile = [&](const char* key, spec::Seconds spec::LatencySummary::*member) {
        Row& row = add(Subject::latency, fmt::format("{}.{}", latency.name, key),
                       planned != nullptr ? std::optional(1e3 * (planned->*member).value()) : std::nullopt,
                       1e3 * (latency.*member).value(), fmt::format("latency.{}.{}", latency.name, key));
        if (of_flows != nullptr && of_flows->count > 0) row.flow = 1e3 * (of_flows->*member).value();
      };
      percentile("p50_ms", &spec::LatencySummary::p50);
      percentile("p99_ms", &spec::LatencySummary::p99);
    }
  }

  void storage() {
    const auto table = [&](const char* name, const char* of_ledger) {
      const spec::StorageSummary* planned = named(plan_.result.storage, name);
      const spec::StorageSummary* simulated = named(simulated_.storage, name);
      if (planned == nullptr || simulated == nullptr) return;
      Row& row = add(Subject::storage, fmt::format("{}.kept_bytes", name), planned->kept_bytes, simulated->kept_bytes,
                     fmt::format("storage.{}.kept_bytes", name));
      if (of_ledger != nullptr) beside_ledger(row, of_ledger);
    };
    table("message", "message_storage");
    table("conversation", "conversation_storage");
    table("group", "group_storage");
    table("profile", "profile_storage");
  }

  void machines() {
    const auto tier = [&](const char* name, const char* of_ledger) {
      for (const TierSize& size : plan_.fleet.tiers) {
        if (size.name != name) continue;
        beside_ledger(add(Subject::machines, name, size.at_peak, std::nullopt), of_ledger);
      }
    };
    tier("profile", "profile_machines");
    tier("message_store", "message_machines");
    tier("conversation_store", "conversation_machines");
    tier("gateway", "gateway_machines");
  }

  void judge(Row& row) {
    if (!row.planned || !row.simulated) return;
    const double planned = *row.planned, simulated = *row.simulated, gap = std::abs(planned - simulated);
    const double noise = row.half_width.value_or(0);
    const bool counted = row.subject == Subject::visits || row.subject == Subject::rate || row.subject == Subject::storage;
    if (gap <= tolerance(row.subject) * std::abs(simulated) || gap < 1e-9) {
      row.agreement = Agreement::agrees;
      return;
    }
    double chance = noise;
    if (counted) {
      const double messages = static_cast<double>(simulated_.messages.offered);
      const std::string step = row.figure.substr(row.figure.find('.') + 1);
      const double times = row.subject == Subject::visits ? std::max(planned, simulated) * messages
                           : row.subject == Subject::rate ? std::max(planned, simulated) * simulated_.measured_s
                                                          : messages;
      const bool of_groups = row.subject != Subject::visits;
      chance = std::max(chance, std::max(planned, simulated) * noise_of(scenario_, times, of_groups ? "to_member" : step));
    }
    row.agreement = gap <= chance ? Agreement::within_noise : Agreement::differs;
    const std::string cause = cause_of_difference(scenario_, plan_, simulated_, row);
    row.cause = row.cause.empty() ? cause : row.cause + "; " + cause;
  }

  const spec::Scenario& scenario_;
  const Ledger& ledger_;
  const Plan& plan_;
  const spec::Result& simulated_;
  const spec::Intervals& intervals_;
  const spec::Result* flow_;
  std::vector<Row> rows_;
};

}  // namespace

std::string_view subject_name(Subject subject) { return subject_names[static_cast<std::size_t>(subject)]; }
std::string_view agreement_name(Agreement agreement) { return agreement_names[static_cast<std::size_t>(agreement)]; }

double tolerance(Subject subject) {
  switch (subject) {
    case Subject::utilisation:
      return 0.02;
    case Subject::latency:
    case Subject::wait:
      return 0.10;
    default:
      return 0.01;
  }
}

std::optional<double> Row::difference() const {
  if (!planned || !simulated || *simulated == 0) return std::nullopt;
  return *planned / *simulated - 1;
}

Reconciliation reconcile(const spec::Scenario& scenario, const Ledger& ledger, const Plan& plan, const Simulated& simulated) {
  return Columns(scenario, ledger, plan, simulated).all();
}

}  // namespace chatsim::planner
