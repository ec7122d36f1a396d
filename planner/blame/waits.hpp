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
  double servers = 1;   ///< Factor of threads, and of cores.
};

/// How waits for threads and cores change with load and servers.
///
/// Each wait keeps its rank: that of probability p of being exceeded becomes that of probability p after the change. Waits
/// of who waits are taken as exponential, as in M/M/c, so that a wait w becomes
///
///     w' = f max(0, w - w0),   w0 = m ln(P / P'),   f = r (c - A) / (c' - A')
///
/// with m the mean of waits that are none of them zero, P the probability that a request waits, by Erlang's C formula, A
/// the load in Erlangs, c servers, r the change of the residual service: time is rescaled where all of the service is
/// (W(lambda, a S) = a W(a lambda, S)), and the mean wait of who waits is the residual service over c - A in M/M/c and
/// in M/G/1.
///
/// Requests do not come one by one where groups are served, so more of them wait than by C(c, A): peakedness z is fitted to
/// the part that was seen to wait, for each kind of request at a station, with C(c / z, A / z) (Hayward's approximation;
/// Fredericks, BSTJ 59, 1980), and kept.
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
    std::uint64_t requests = 0, waited = 0;
    double wait_ns = 0;
    double load = 0;  ///< Sum of loads over servers.
    double peakedness = 1;
  };
  /// f and w0.
  struct Rule {
    double factor, shift_ns;
  };
  double servers(const Place& place) const;
  double load(const Place& place) const;
  void note(const Place& place, std::int64_t wait_ns);
  Rule rule(const Place& place, const StationChange& change) const;

  const spec::Traces& traces_;
  std::map<std::tuple<std::uint8_t, std::uint8_t, Kind>, Seen> seen_;
  std::map<Place, Rule> rules_;  // Of one change.
  StationChange ruled_;
};

}  // namespace chatsim::planner
