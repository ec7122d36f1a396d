#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <string>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

// What the service does that no scenario says (models/population/schedule, models/messaging).
inline constexpr int session_lengths = 64;          ///< Different ones, by quantile, with equally many logins each.
inline constexpr double mailbox_parallelism = 16;   ///< Messages of one mailbox that are fetched at a time.

/// A kind of request: a step of run.json at the tier that serves it, or, without a tier, something that happens outside
/// of all machines: a user sends a message, a client confirms one.
struct Operation {
  std::string tier;  ///< Empty: outside.
  std::string step;
  spec::Distribution time;  ///< Of one request on a thread, waiting excluded, beside `fixed`.
  spec::Seconds fixed;
  spec::PerSecond from_outside;  ///< Begun there.
  /// Further requests of its kind that come to the tier at about the same time for the same reason: the members of a
  /// group, the messages of a mailbox. As a request sees it (large groups count by their members), and less those that
  /// hops with random times before it have strewn over longer than it takes.
  double companions = 0;

  spec::Seconds mean_time() const { return spec::Seconds{time.mean()} + fixed; }
  double variance_of_time() const { return time.variance(); }
};

/// How often one operation causes another, in the mean: replicas, recipients and members of groups included.
struct Calls {
  double mean = 1;
};

/// Which operation calls which, and how often: the document's logical diagram with numbers on its arrows.
using ServiceGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Operation, Calls>;
using OperationId = ServiceGraph::vertex_descriptor;

/// The graph of a scenario in its steady state: nothing fails, nothing is retried, all profiles fit into the cache.
ServiceGraph service_graph(const spec::Scenario& scenario);

/// Requests a second of every operation, by OperationId: the traffic equations, rate = from outside + sum over callers of
/// rate x calls, solved as a linear system, so that loops would do no harm.
std::vector<spec::PerSecond> rates(const ServiceGraph& graph);

/// Of logins, those that find something in the mailbox: users have sessions of 64 lengths, equally many logins each, and
/// what comes while one is away is Poisson.
double share_of_full_mailboxes(const spec::Scenario& scenario);

/// Of a message to a group, as one of its recipients sees it: how many further ones are served at about the same time.
double other_members_served(const spec::Scenario& scenario);

/// For the entry of the index on status, with each write of a store: the mean.
spec::Seconds entry_time(const spec::Scenario& scenario, const spec::Store& store);

/// Replicas that a read asks.
double read_legs(const spec::Store& store);

/// Followers that a leader waits for, of all that it has, before a write is committed.
int followers_awaited(const spec::Store& store);

/// A tier of the scenario, whatever kind it is of, in one form.
struct TierOfScenario {
  std::string name;
  int machines = 1, threads = 1, cores = 1;
  double cpu_share = 1;
  enum class Balance { round_robin, home, ring } balance = Balance::ring;
  /// Relative standard deviation of the machines' loads: 0 where requests take turns.
  double imbalance = 0;
};
std::vector<TierOfScenario> tiers_of(const spec::Scenario& scenario);

}  // namespace chatsim::planner
