// The pipeline of ../pipeline_draws.hpp on the core of ns-3: every step is an event of Simulator::Schedule, as a model of
// ns-3 would write it; no packets, no nodes. State is in flat arrays and the random generator costs next to nothing, so that
// what is measured is ns-3's simulator. Of the answers of three replicas only the second is an event: 14 a message.
//
// usage: pipeline_ns3 [SECONDS [SCHEDULER]]: messages arrive for so long (0.3 s), at the full 50,000 machines; prints a line
// of JSON. Schedulers are ns-3's: PriorityQueue, the fastest on this pipeline and the default here; Calendar, Map (ns-3's default) and
// Heap had 0.7, 0.65 and 0.45 of its rate. side_by_side.sh compiles it; nothing else needs ns-3.

#include <ns3/core-module.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <deque>
#include <string>
#include <vector>

namespace {

constexpr std::uint32_t gateways = 40'000, stores = 10'000, threads = 40;
constexpr double messages_per_s = 1.16e6;
const std::int64_t wire_ns = 70'000;

/// xorshift64* (Marsaglia 2003, Vigna 2016).
class Random {
 public:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>((next() >> 32) * n >> 32); }
  std::int64_t exponential_ns(double mean_s) {
    const double uniform = (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52;
    return static_cast<std::int64_t>(-std::log(uniform) * mean_s * 1e9 + 0.5);
  }

 private:
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 2685821657736338717u;
  }
  std::uint64_t state_ = 1;
};

class Pipeline {
 public:
  explicit Pipeline(double seconds)
      : end_ns_(static_cast<std::int64_t>(seconds * 1e9)), machines_(gateways + stores) {
    schedule(random_.exponential_ns(1 / messages_per_s), &Pipeline::begin_message);
  }

  std::uint64_t completed() const { return completed_; }
  double mean_ms() const { return total_ns_ * 1e-6 / static_cast<double>(completed_); }

 private:
  enum Visit { at_gateway, at_replica, at_store_read, at_other_gateway };

  struct Message {
    std::int64_t begin_ns;
    std::uint32_t replicas_served;
    std::uint32_t open;  // The three replicas and the way itself.
  };
  struct Job {
    std::uint32_t message;
    std::uint32_t machine;
    Visit visit;
    std::int64_t service_ns;
  };
  struct Machine {
    std::uint32_t busy = 0;
    std::deque<Job>* waiting = nullptr;  // Made when somebody waits, which is rare.
  };

  template <class... Parameters, class... Arguments>
  void schedule(std::int64_t delay_ns, void (Pipeline::*what)(Parameters...), Arguments... arguments) {
    ns3::Simulator::Schedule(ns3::NanoSeconds(delay_ns), what, this, arguments...);
  }

  void begin_message() {
    const std::int64_t gap_ns = random_.exponential_ns(1 / messages_per_s), now_ns = ns3::Simulator::Now().GetNanoSeconds();
    if (now_ns + gap_ns < end_ns_) schedule(gap_ns, &Pipeline::begin_message);
    const std::uint32_t message = new_message();
    messages_[message] = {now_ns, 0, 4};
    reach({message, random_.below(gateways), at_gateway, random_.exponential_ns(0.5e-3)});
  }

  void reach(Job job) {
    Machine& machine = machines_[job.machine];
    if (machine.busy < threads) {
      ++machine.busy;
      schedule(job.service_ns, &Pipeline::served, job);
    } else {
      if (machine.waiting == nullptr) machine.waiting = new std::deque<Job>;
      machine.waiting->push_back(job);
    }
  }

  void served(Job job) {
    leave(machines_[job.machine]);
    Message& message = messages_[job.message];
    switch (job.visit) {
      case at_gateway:
        for (int i = 0; i < 3; ++i) send_to_store(job.message, at_replica, 1e-3);
        break;
      case at_replica:
        if (++message.replicas_served == 2) schedule(wire_ns, &Pipeline::answered, job);
        close(job.message);
        break;
      case at_store_read:
        schedule(wire_ns, &Pipeline::answered, job);
        break;
      case at_other_gateway:
        total_ns_ += static_cast<double>(ns3::Simulator::Now().GetNanoSeconds() - message.begin_ns);
        ++completed_;
        close(job.message);
        break;
    }
  }

  void answered(Job job) {
    if (job.visit == at_replica) {
      send_to_store(job.message, at_store_read, 0.2e-3);
    } else {
      send({job.message, random_.below(gateways), at_other_gateway, random_.exponential_ns(0.5e-3)});
    }
  }

  void send_to_store(std::uint32_t message, Visit visit, double mean_s) {
    send({message, gateways + random_.below(stores), visit, random_.exponential_ns(mean_s)});
  }
  void send(Job job) { schedule(wire_ns, &Pipeline::reach, job); }

  void leave(Machine& machine) {
    if (machine.waiting == nullptr || machine.waiting->empty()) {
      --machine.busy;
      return;
    }
    const Job job = machine.waiting->front();
    machine.waiting->pop_front();
    schedule(job.service_ns, &Pipeline::served, job);
  }

  std::uint32_t new_message() {
    if (free_.empty()) {
      messages_.emplace_back();
      return static_cast<std::uint32_t>(messages_.size() - 1);
    }
    const std::uint32_t message = free_.back();
    free_.pop_back();
    return message;
  }
  void close(std::uint32_t message) {
    if (--messages_[message].open == 0) free_.push_back(message);
  }

  std::int64_t end_ns_;
  std::vector<Machine> machines_;
  std::vector<Message> messages_;
  std::vector<std::uint32_t> free_;
  Random random_;
  double total_ns_ = 0;
  std::uint64_t completed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const double simulated_s = argc > 1 ? std::stod(argv[1]) : 0.3;
  const std::string scheduler = argc > 2 ? argv[2] : "PriorityQueue";
  ns3::ObjectFactory factory;
  factory.SetTypeId("ns3::" + scheduler + "Scheduler");
  ns3::Simulator::SetScheduler(factory);

  Pipeline pipeline(simulated_s);
  const std::clock_t begin = std::clock();
  ns3::Simulator::Run();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("{\"name\": \"ns3\", \"what\": \"ns-3 core, %sScheduler\", \"messages_per_s\": %.0f, "
              "\"events_per_s\": %.0f, \"mean_ms\": %.4f}\n",
              scheduler.c_str(), static_cast<double>(pipeline.completed()) / seconds,
              static_cast<double>(ns3::Simulator::GetEventCount()) / seconds, pipeline.mean_ms());
  ns3::Simulator::Destroy();
}
