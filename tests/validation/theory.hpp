#pragma once

#include <cstdint>

/// What is exact of queues whose mean service is 1, worked out apart from the planner.
namespace chatsim::tests::theory {

/// Probability that all servers are busy where nobody waits (M/M/c/c, any service distribution), by Erlang's recursion.
double erlang_b(std::uint32_t servers, double offered);
/// Probability that a customer of M/M/c waits.
double erlang_c(std::uint32_t servers, double offered);

/// The time that a customer waits.
struct Wait {
  double probability = 0, mean = 0, p99 = 0;
};

/// Who waits does so exponentially at rate servers (1 - load).
Wait mmc(std::uint32_t servers, double load);
/// The distribution by Franx, "A simple solution for the M/D/c waiting time distribution" (Operations Research Letters
/// 29, 2001): a sum of positive terms, where Crommelin's and Erlang's alternate.
Wait md1(double load);
/// M/G/1 where a service is one of two exponentials, with balanced means (each has half of the work): the transform of
/// Pollaczek and Khinchine has two poles. \param scv above 1.
Wait mh21(double load, double scv);
/// Pollaczek and Khinchine: (1 + scv) / 2 of M/M/1.
double mg1_mean(double load, double scv);

/// The part of the customers that the first branch of mh21 serves.
double share_of_first(double scv);

/// D/M/1: waits are those of M/M/1 with s in place of the load, s = exp(-(1 - s) / load).
Wait dm1(double load);

/// Probability that M/M/c with room for `room` customers altogether is full.
double mmck_blocking(std::uint32_t servers, std::uint32_t room, double offered);
/// Engset: of calls of `sources` that call at `rate` while idle, those that find all servers busy.
double engset(std::uint32_t sources, std::uint32_t servers, double rate);
/// Mean value analysis (Reiser and Lavenberg, JACM 27, 1980): response of one server with `customers` that think for
/// `think` in between.
double closed_response(std::uint32_t customers, double think);

}  // namespace chatsim::tests::theory
