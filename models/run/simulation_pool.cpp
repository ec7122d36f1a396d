#include "models/run/simulation_pool.hpp"

#include <poll.h>

#include <algorithm>

#include "models/run/memory.hpp"
#include "models/run/result_bytes.hpp"

namespace chatsim::models {

bool SimulationPool::may_begin() const {
  if (running_.empty()) return true;
  if (running_.size() >= jobs_) return false;
  if (peak_bytes_ == 0 && !running_.front().grown) return false;
  if (!available_bytes_) return true;
  std::uint64_t of_one = peak_bytes_;
  if (of_one == 0) {
    for (const Running& one : running_)
      of_one = std::max(of_one, resident_bytes(std::to_string(one.child->process())));
    of_one += of_one / 4;  // Until one has ended, its peak is a guess.
  }
  of_one -= std::min(of_one, shared_bytes_);
  return running_.size() < processes_that_fit(*available_bytes_, of_one);
}

void SimulationPool::begin(std::uint64_t index, const ChildWork& work) {
  if (!available_bytes_) available_bytes_ = available_memory();
  running_.push_back({index, std::make_unique<Child>(work), {}, false});
}

void SimulationPool::wait(const Ended& ended) {
  std::vector<pollfd> readable;
  for (const Running& one : running_) readable.push_back({one.child->descriptor(), POLLIN, 0});
  if (poll(readable.data(), readable.size(), poll_interval_ms) <= 0) return;
  std::vector<Running> before = std::move(running_);
  running_.clear();
  for (std::size_t i = 0; i < before.size(); ++i) {
    Running& one = before[i];
    const bool open = readable[i].revents == 0 || one.child->read([&](std::string_view bytes) {
      one.progress = record_from<Progress>(bytes);
      one.grown = one.progress.phase != Progress::Phase::building;
    });
    if (open) {
      running_.push_back(std::move(one));
      continue;
    }
    auto outcome = one.child->end();
    if (const auto* output = std::get_if<ChildOutput>(&outcome))
      peak_bytes_ = std::max(peak_bytes_, output->peak_rss_bytes);
    ended(one.index, std::move(outcome));
  }
}

double SimulationPool::simulated_s() const {
  double sum = 0;
  for (const Running& one : running_) sum += one.progress.simulated_s;
  return sum;
}

void SimulationPool::stop_at_first() {
  running_.resize(1);
  running_.front().child->stop();
}

}  // namespace chatsim::models
