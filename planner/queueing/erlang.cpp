#include "planner/queueing/erlang.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <stdexcept>

namespace chatsim::planner {

double erlang_b(int servers, double load) {
  if (load <= 0) return 0;
  double inverse = 1;
  for (int i = 1; i <= servers; ++i) {
    inverse = 1 + i / load * inverse;
    if (inverse > 1e300) return 0;
  }
  return 1 / inverse;
}

double erlang_c(int servers, double load) {
  if (load <= 0) return 0;
  if (load >= servers) return 1;
  const double blocked = erlang_b(servers, load);
  const double utilisation = load / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

double erlang_c_continuous(double servers, double load) {
  if (load <= 0) return 0;
  if (load >= servers) return 1;
  // Erlang B is the density of a gamma distribution over its tail.
  const double tail = boost::math::gamma_q(servers + 1, load);
  const double blocked = boost::math::gamma_p_derivative(servers + 1, load) / tail;
  return blocked / (1 - load / servers * (1 - blocked));
}

Waiting waiting(const Queue& queue) {
  const double utilisation = queue.utilisation();
  if (utilisation >= 1) throw std::invalid_argument("a queue that is not stable has no mean wait");
  if (queue.load() <= 0) return {};
  const double variability = (queue.arrival_scv + queue.service_scv) / 2;
  double probability = 0;
  if (queue.arrival_scv == 1) {
    probability = erlang_c(queue.servers, queue.load());
  } else {
    const double peakedness = (1 + queue.arrival_scv) / 2;
    probability = erlang_c_continuous(queue.servers / peakedness, queue.load() / peakedness);
  }
  return {probability, (probability * variability / (queue.servers * (1 - utilisation))) * queue.service};
}

}  // namespace chatsim::planner
