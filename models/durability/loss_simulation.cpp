#include "models/durability/loss_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

namespace chatsim::models {
namespace {

constexpr std::uint32_t stream_of_failures = 0, stream_of_repairs = 1;

class LossSimulation {
 public:
  LossSimulation(const MachineSets& sets, const LossOptions& options)
      : sets_(sets),
        options_(options),
        failures_(options.random, stream_of_failures),
        repairs_(options.random, stream_of_repairs),
        gone_(sets.count(), 0),
        lost_at_(sets.count(), not_lost) {
    for (std::uint32_t machine = 0; machine < sets.machines(); ++machine) {
      up_.push_back(machine);
      repair_s_.push_back(mean_repair_s(machine));
    }
  }

  LossCounts run(std::uint64_t failures) {
    counts_ = {};
    begin_s_ = now_s_;
    while (counts_.failures < failures) {
      // No machine left: nothing happens until one is filled.
      const double next = up_.empty() ? HUGE_VAL : now_s_ + exponential(failures_) / rate();
      if (!filling_.empty() && filling_.top().at_s <= next) {
        now_s_ = filling_.top().at_s;
        fill(filling_.top().machine);
        filling_.pop();
      } else {
        now_s_ = next;
        fail(static_cast<std::size_t>(failures_.uniform() * static_cast<double>(up_.size())));
      }
    }
    counts_.time = spec::Seconds{now_s_ - begin_s_};
    counts_.set_s += static_cast<double>(sets_.count()) * (now_s_ - begin_s_);
    for (double& lost : lost_at_) {
      if (lost == not_lost) continue;
      counts_.set_s -= now_s_ - std::max(lost, begin_s_);
    }
    return counts_;
  }

 private:
  static constexpr double not_lost = -1;
  struct Filling {
    double at_s;
    std::uint32_t machine;
    bool operator>(const Filling& other) const { return at_s > other.at_s; }
  };

  static double exponential(sim::DrawSequence& draws) { return -std::log(draws.uniform()); }
  double rate() const { return options_.failure.value() * static_cast<double>(up_.size()); }

  double mean_repair_s(std::uint32_t machine) const {
    const double others = std::max(1U, sets_.scatter_width(machine));
    const spec::BytesPerSecond rate = std::min(options_.table_bandwidth, others * options_.machine_bandwidth);
    return (options_.wait + sets_.held(machine) * options_.data / rate).value();
  }

  void fail(std::size_t place) {
    const std::uint32_t machine = up_[place];
    up_[place] = up_.back();
    up_.pop_back();
    ++counts_.failures;
    const std::uint64_t before = counts_.losses;
    for (const std::uint32_t number : sets_.of_machine(machine)) {
      if (++gone_[number] < sets_.replication() || lost_at_[number] != not_lost) continue;
      lost_at_[number] = now_s_;
      ++counts_.losses;
    }
    counts_.times += counts_.losses > before;
    const double repair_s = exponential(repairs_) * repair_s_[machine];
    counts_.repair_s += repair_s;
    filling_.push({now_s_ + repair_s, machine});
  }

  void fill(std::uint32_t machine) {
    up_.push_back(machine);
    for (const std::uint32_t number : sets_.of_machine(machine)) {
      if (--gone_[number] > 0 || lost_at_[number] == not_lost) continue;
      counts_.set_s -= now_s_ - std::max(lost_at_[number], begin_s_);
      lost_at_[number] = not_lost;
    }
  }

  const MachineSets& sets_;
  const LossOptions& options_;
  sim::DrawSequence failures_, repairs_;
  std::vector<std::uint32_t> up_;   // Machines.
  std::vector<double> repair_s_;    // By machine, the mean.
  std::vector<std::uint8_t> gone_;  // By set: replicas.
  std::vector<double> lost_at_;     // By set.
  std::priority_queue<Filling, std::vector<Filling>, std::greater<>> filling_;
  double now_s_ = 0, begin_s_ = 0;
  LossCounts counts_;
};

}  // namespace

std::vector<LossCounts> simulate_losses(const MachineSets& sets, const LossOptions& options) {
  LossSimulation simulation(sets, options);
  std::vector<LossCounts> batches;
  for (std::uint32_t batch = 0; batch < options.batches; ++batch)
    batches.push_back(simulation.run(std::max<std::uint64_t>(1, options.failures / options.batches)));
  return batches;
}

}  // namespace chatsim::models
