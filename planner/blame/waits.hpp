#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "scenarios/spec/traces.hpp"

namespace chatsim::planner {

/// A change of the machines of a station, or of what they are given.
struct StationChange {
  double load = 1;      ///< Factor of the load offered.
  double residual = 1;  ///< Factor of the mean rest of a service that a newcomer finds under way, E(S^2) / 2 E(S).
  double burst = 1;     ///< Factor of the mean service of requests that come many at a time.
  double servers = 1;   ///< Factor of threads, and of cores.
  double together = 1;  ///< Factor of how many come at a time.

  bool operator==(const StationChange&) const = default;
};

/// How waits for threads and cores change with load and servers. A wait w becomes
///
///     w' = f max(0, w - w0)
///
/// Requests that come one by one: each wait keeps its rank, that of probability p of being exceeded becomes that of
/// probability p after the change, and waits of who waits are taken as exponential, as in M/M/c. With m the mean of waits
/// that are none of them zero, P the probability that a request waits, by Erlang's C formula, A the load in Erlangs, c
/// servers, r the change of the residual service:
///
///     w0 = m ln(P / P'),   f = r (c - A) / (c' - A')
///
/// since time is rescaled where all of the service is (W(lambda, a S) = a W(a lambda, S)), and the mean wait of who waits is
/// the residual service over c - A in M/M/c and in M/G/1.
///
/// Requests that come many at a time (to the members of a group, for the rows of a mailbox) hold up who comes after: who
/// finds j more than there are servers waits for j services of c servers, and whoever comes until the free servers, c - A in
/// the mean, have worked them off waits too. Then c' - c + A - A' more are free, k times as many come, and services take b
/// times as long: of those that are served meanwhile A / c are others, the rest came together. With numbers of requests
/// beyond the free servers that are exponential, and so keep their distribution where there still are any:
///
///     w0 = (c' - c + A - A') S / c + m ln((c' - A') / (c - A)),   f = b k c / c'
///
/// What came one by one alone would wait P S / (c - A) in the mean. What was seen to be waited beyond that is due to bursts,
/// and w' is the mean of both, weighted so, for each kind of request at a station.
class Waits {
 public:
  explicit Waits(const spec::Traces& traces);

  enum class Kind : std::uint8_t { thread, core };
  struct Place {
    std::uint8_t station, step;
    Kind kind;
    std::uint32_t machine;
    auto operator<=>(const Place&) const = default;
  };
  /// What a wait becomes, in nanoseconds.
  double changed(const Place& place, double wait_ns, const StationChange& change);

 private:
  struct Seen {
    double requests = 0, waited = 0;
    double wait_ns = 0, alone_ns = 0;  ///< Sums; alone by formula, had requests come one by one.
    double load = 0;                   ///< Sum of loads over servers.
  };
  struct Rule {
    double factor = 1, shift_ns = 0;
    double of(double wait_ns) const { return factor * (wait_ns > shift_ns ? wait_ns - shift_ns : 0); }
  };
  struct Rules {
    double in_bursts;
    Rule one_by_one, together;
  };
  double servers(const Place& place) const;
  double load(const Place& place) const;
  double service_ns(const Place& place) const;
  Rules rules_of(const Place& place, const StationChange& change) const;

  const spec::Traces& traces_;
  std::map<std::tuple<std::uint8_t, std::uint8_t, Kind>, Seen> seen_;
  std::map<std::uint8_t, std::pair<double, double>> services_;  // By station: how many, nanoseconds.
  struct Ruled {
    StationChange change;
    std::map<Place, Rules> rules;
  };
  std::map<std::uint8_t, Ruled> ruled_;  // By station, of the change that it was asked for last.
};

}  // namespace chatsim::planner
