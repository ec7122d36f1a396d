#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/failure_domain.hpp"
#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// What breaks.
enum class FaultKind {
  crash,          ///< Machines go off with all that runs there, and come back.
  unplug,         ///< Their links go off; they live on.
  partition,      ///< No message between two sets of machines.
  slow_link,      ///< More latency, less bandwidth.
  lossy_link,     ///< Messages are lost and sent again.
  slow_machine,   ///< Grey failure: all that it does takes longer.
  slow_disk,      ///< What it does beside computing takes longer.
  full_disk,      ///< Stores take no new rows.
  cache_flush,    ///< Caches begin anew, empty.
  stuck_control,  ///< The coordination service neither suspects anybody nor writes anything down.
  deploy,         ///< Rolling restart, one machine after the other, each drained before.
  load_spike,     ///< More messages.
};

template <>
struct EnumNames<FaultKind> {
  static constexpr std::array<std::string_view, 12> names{
      "crash",     "unplug",    "partition",   "slow_link",     "lossy_link", "slow_machine",
      "slow_disk", "full_disk", "cache_flush", "stuck_control", "deploy",     "load_spike"};
};

enum class FaultDirection { both, from_target, to_target };

template <>
struct EnumNames<FaultDirection> {
  static constexpr std::array<std::string_view, 3> names{"both", "from_target", "to_target"};
};

/// What is left on the disks of a machine that crashed.
enum class FaultData { kept, lost };

template <>
struct EnumNames<FaultData> {
  static constexpr std::array<std::string_view, 2> names{"kept", "lost"};
};

/// One line of the timetable.
struct Fault {
  FaultKind kind = FaultKind::crash;
  Seconds at{0};
  std::optional<Seconds> lasts;
  std::string target;
  std::string against;
  FaultDirection direction = FaultDirection::both;
  FaultData data = FaultData::kept;
  double factor = 10;
  Probability loss{0.01};
  Seconds latency{0};
  Seconds over{0};
  Seconds drain{10};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("kind", &Fault::kind, Choice{}, "what breaks");
    visit("at", &Fault::at, between(0_s, 365_d), "simulated time when it begins");
    visit("lasts", &Fault::lasts, between(0_s, 365_d),
          "until it is mended; none: until the run ends. Of a deploy: how long each machine is away");
    visit("target", &Fault::target, Text{},
          "what it befalls: machines of a tier (gateway, gateway 3, message_store 0-4, messaging 25%), 'rack 3', 'pod 0', "
          "'datacenter 1', 'region 1', 'power 2' (racks on one supply), 'replicas message 42' (all machines that hold "
          "that row), or several of these with commas between");
    visit("against", &Fault::against, Text{},
          "of a partition: the other side; empty: everybody else");
    visit("direction", &Fault::direction, Choice{},
          "of a partition: which messages are stopped: both; from_target, those that the target sends; to_target, those "
          "that it is sent. Of a lossy or slow link: the same of what crosses it");
    visit("data", &Fault::data, Choice{}, "of a crash: whether what is on the disks is kept, or lost and copied anew");
    visit("factor", &Fault::factor, between(1, 1e6),
          "slow machine, disk or link: so many times slower; load spike: so many times the messages");
    visit("loss", &Fault::loss, between(0, 0.99),
          "lossy link: probability that a message which crosses one of these links is lost on it, and sent again");
    visit("latency", &Fault::latency, between(0_s, 60_s), "slow link: added to each of its links, one way");
    visit("over", &Fault::over, between(0_s, 365_d),
          "crash, deploy: time from the first of the machines to the last; load spike: time in which it rises");
    visit("drain", &Fault::drain, between(0_s, 1_d),
          "deploy: time before each machine's restart in which its clients are sent away and no new work is given to it");
  }
};

/// Failures of one kind of element, a Poisson process over all of them.
struct FailureProcess {
  std::optional<Seconds> time_to_failure;
  Distribution time_to_repair = Distribution::exponential(Seconds{3600});

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("time_to_failure", &FailureProcess::time_to_failure, more_than(0_s),
          "mean time between two failures of one of them; none: it does not fail");
    visit("time_to_repair", &FailureProcess::time_to_repair, Samples::durations, "until it is back");
  }
};

/// A machine that fails takes others with it.
struct FailureBurst {
  Probability probability{0};
  double machines = 3;
  Seconds within{60};
  FailureDomain scope = FailureDomain::rack;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("probability", &FailureBurst::probability, spec::probability(),
          "that the failure of a machine is the first of a burst");
    visit("machines", &FailureBurst::machines, between(1, 1e5), "further machines that fail then, in the mean (geometric)");
    visit("within", &FailureBurst::within, between(0_s, 1_d), "time over which they follow");
    visit("scope", &FailureBurst::scope, Choice{}, "where they are: host, anywhere; rack, pod: in the same one");
  }
};

/// Failures that are drawn, from the seed; all of them are known before the run begins, and are listed in its result as a
/// timetable.
struct RandomFaults {
  FailureProcess machine;
  FailureProcess disk;
  FailureProcess rack;
  FailureProcess pod;
  FailureProcess power;
  FailureBurst burst;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machine", &RandomFaults::machine, Section{}, "machines that crash and come back with their data");
    visit("disk", &RandomFaults::disk, Section{}, "machines of stores that crash and come back with empty disks");
    visit("rack", &RandomFaults::rack, Section{}, "racks whose switch fails: their links go off");
    visit("pod", &RandomFaults::pod, Section{}, "pods that are cut off in the same way");
    visit("power", &RandomFaults::power, Section{}, "power domains whose machines all go off");
    visit("burst", &RandomFaults::burst, Section{}, "failures that come together");
  }
};

/// What breaks when.
struct Faults {
  std::vector<Fault> timetable;
  std::string trace;
  RandomFaults random;
  int power_domains = 4;
  Seconds settle{60};
  Seconds late{1};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("timetable", &Faults::timetable, List{}, "what breaks at a given time; overlapping faults add up");
    visit("trace", &Faults::trace, Text{},
          "file of further faults, one a line: seconds,kind,target,seconds until it is mended; relative to the scenario");
    visit("random", &Faults::random, Section{}, "failures at random");
    visit("power_domains", &Faults::power_domains, between(1, 100'000),
          "power domains of the datacenters: the racks are dealt to them one after the other");
    visit("settle", &Faults::settle, between(0_s, 1_d),
          "a run with faults goes on for so long at most after its end, with everything mended and without new messages, "
          "until all is delivered and all replicas agree; that they do is checked then. 0: it is not");
    visit("late", &Faults::late, more_than(0_s),
          "a message that takes longer to a recipient who is connected is counted as late");
  }

  bool any() const {
    const auto fails = [](const FailureProcess& process) { return process.time_to_failure.has_value(); };
    return !timetable.empty() || !trace.empty() || fails(random.machine) || fails(random.disk) || fails(random.rack) ||
           fails(random.pod) || fails(random.power);
  }
};

}  // namespace chatsim::spec
