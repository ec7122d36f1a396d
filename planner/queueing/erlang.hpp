#pragma once

#include "scenarios/spec/units.hpp"

namespace chatsim::planner {

/// Probability that all of `servers` are busy when nobody waits and `load` Erlangs are offered, by the stable recursion
/// in 1 / B (Jagerman, BSTJ 53, 1974). \param load at least 0. \param servers at least 1.
double erlang_b(int servers, double load);

/// Probability that a request waits in M/M/c; 1 from `load` = `servers` on, where queues grow without end.
double erlang_c(int servers, double load);
/// The same for a number of servers that need not be whole, by the incomplete gamma function.
double erlang_c_continuous(double servers, double load);

/// A queue in front of equal servers: who arrives, and for how long it holds a server.
struct Queue {
  int servers = 1;
  spec::PerSecond arrivals;
  spec::Seconds service;
  double service_scv = 1;  ///< Squared coefficient of variation: variance over squared mean.
  double arrival_scv = 1;  ///< Of the times between arrivals; 1 is Poisson.

  double load() const { return arrivals * service; }  ///< Erlangs.
  double utilisation() const { return load() / servers; }
};

/// Waiting before service: with `probability` a request waits at all, then exponentially with mean `mean` / `probability`.
struct Waiting {
  double probability = 0;
  spec::Seconds mean;
  spec::Seconds if_it_waits() const { return probability > 0 ? mean / probability : spec::Seconds{}; }
};

/// Allen and Cunneen's approximation, the M/M/c wait times the mean of both squared coefficients of variation: exact for
/// M/M/c and M/G/1. Where arrivals are not Poisson, the probability of waiting is that of a system that is smaller by
/// their peakedness z = (1 + arrival_scv) / 2 (Hayward; Fredericks, BSTJ 59, 1980): c / z servers and 1 / z of the load.
/// Errors are some per cent above 0.5 of utilisation, up to tens of per cent of the little that is there below. Many
/// servers let short services pass long ones: where services vary more than exponentially the wait is too long, by 10 % for
/// ten servers at 0.8 and scv 1.5, by 23 % at scv 4 (Kimura, Management Science 32, 1986, is within some per cent there).
///
/// The queue must be stable: utilisation below 1.
Waiting waiting(const Queue& queue);

}  // namespace chatsim::planner
