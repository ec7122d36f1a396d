#include "tests/validation/theory.hpp"

#include <cmath>
#include <functional>
#include <vector>

namespace chatsim::tests::theory {
namespace {

/// Where a distribution function reaches 0.99.
double p99_of(const std::function<double(double)>& cumulative) {
  double low = 0, high = 1;
  while (cumulative(high) < 0.99) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (cumulative(middle) < 0.99 ? low : high) = middle;
  }
  return cumulative(0) >= 0.99 ? 0 : high;
}

double poisson(double mean, std::size_t count) {
  return std::exp(static_cast<double>(count) * std::log(mean) - mean - std::lgamma(static_cast<double>(count) + 1));
}

/// Probabilities that so many are in M/D/1, the first `count`: those that leave behind j or more come and go across j
/// equally often, p(j) a(0) = p(0) A(j - 1) + sum over 1 <= i < j of p(i) A(j - i), where a(k) come during a service and
/// A(k) = a(k + 1) + a(k + 2) + ... (Ramaswami's recursion: no term is negative).
std::vector<double> in_md1(double load, std::size_t count) {
  std::vector<double> beyond(count), in_system(count);
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) beyond[k] = std::max(0.0, 1 - (sum += poisson(load, k)));
  in_system[0] = 1 - load;
  for (std::size_t j = 1; j < count; ++j) {
    double up = in_system[0] * beyond[j - 1];
    for (std::size_t i = 1; i < j; ++i) up += in_system[i] * beyond[j - i];
    in_system[j] = up / std::exp(-load);
  }
  return in_system;
}

}  // namespace

double erlang_b(std::uint32_t servers, double offered) {
  double blocked = 1;
  for (std::uint32_t i = 1; i <= servers; ++i) blocked = offered * blocked / (i + offered * blocked);
  return blocked;
}

double erlang_c(std::uint32_t servers, double offered) {
  const double blocked = erlang_b(servers, offered);
  return blocked / (1 - offered / servers * (1 - blocked));
}

Wait mmc(std::uint32_t servers, double load) {
  const double waits = erlang_c(servers, load * servers), rate = servers * (1 - load);
  return {waits, waits / rate, waits > 0.01 ? std::log(waits / 0.01) / rate : 0};
}

double mg1_mean(double load, double scv) { return (1 + scv) / 2 * load / (1 - load); }

Wait md1(double load) {
  const std::vector<double> in_system = in_md1(load, 400);
  // P(W <= x) = sum over 0 <= j < k of Q(k - 1 - j) (load (k - x))^j / j! e^-(load (k - x)), k - 1 <= x < k; Q(j): j or
  // fewer wait, with one server j + 1 or fewer are there.
  const auto cumulative = [&](double x) {
    const auto k = static_cast<std::size_t>(x) + 1;
    const double left = load * (static_cast<double>(k) - x);
    double sum = 0, waiting = in_system[0];
    for (std::size_t i = 0; i < k; ++i) {
      waiting += in_system[i + 1];
      sum += waiting * poisson(left, k - 1 - i);
    }
    return sum;
  };
  return {load, mg1_mean(load, 0), p99_of(cumulative)};
}

double share_of_first(double scv) { return (1 + std::sqrt((scv - 1) / (scv + 1))) / 2; }

Wait mh21(double load, double scv) {
  const double first = share_of_first(scv), rate_1 = 2 * first, rate_2 = 2 * (1 - first);
  // E exp(-s W) = (1 - load) (s + rate_1) (s + rate_2) / ((s + pole_1) (s + pole_2)).
  const double half = (rate_1 + rate_2 - load) / 2, product = rate_1 * rate_2 * (1 - load);
  const double root = std::sqrt(half * half - product), pole_1 = half + root, pole_2 = half - root;
  const auto weight = [&](double pole, double other) {
    return (1 - load) * (rate_1 - pole) * (rate_2 - pole) / (other - pole) / pole;
  };
  const double weight_1 = weight(pole_1, pole_2), weight_2 = weight(pole_2, pole_1);
  const auto cumulative = [&](double x) {
    return 1 - weight_1 * std::exp(-pole_1 * x) - weight_2 * std::exp(-pole_2 * x);
  };
  return {load, mg1_mean(load, scv), p99_of(cumulative)};
}

Wait dm1(double load) {
  double s = 0.5;
  for (int i = 0; i < 10'000; ++i) s = std::exp(-(1 - s) / load);
  return {s, s / (1 - s), std::log(s / 0.01) / (1 - s)};
}

double mmck_blocking(std::uint32_t servers, std::uint32_t room, double offered) {
  double state = 1, sum = 1;
  for (std::uint32_t n = 1; n <= room; ++n) sum += state *= offered / std::min(n, servers);
  return state / sum;
}

double engset(std::uint32_t sources, std::uint32_t servers, double rate) {
  // A call sees what the other sources do.
  double state = 1, sum = 1;
  for (std::uint32_t n = 1; n <= servers; ++n) sum += state *= rate * (sources - n) / n;
  return state / sum;
}

double closed_response(std::uint32_t customers, double think) {
  double response = 1, waiting = 0;
  for (std::uint32_t n = 1; n <= customers; ++n) {
    response = 1 + waiting;
    waiting = n * response / (think + response);
  }
  return response;
}

}  // namespace chatsim::tests::theory
