#pragma once

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <vector>

#include "scenarios/spec/units.hpp"
#include "sim/kernel/scheduler.hpp"
#include "sim/resources/fleet.hpp"

namespace chatsim::sim {

/// An access takes `access_time` + size / `bandwidth` of one device.
struct DiskSpeed {
  spec::Seconds access_time;
  spec::BytesPerSecond bandwidth;
};

struct DiskOptions {
  std::uint32_t devices = 1;  ///< Of one machine; each does one access at a time, in order of asking.
  DiskSpeed read;
  DiskSpeed write;
  spec::Bytes capacity;  ///< Of one machine, all devices together.
};

enum class DiskOutcome : std::uint8_t {
  done,
  full,  ///< A write for which there is no room. Nothing was written and no time passed.
  lost,  ///< The machine died meanwhile, or was dead; for those who wait for it from elsewhere.
};

/// What a tier's disks did together since measuring began.
struct DiskSummary {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t refused = 0;  ///< Writes to full disks.
  spec::Bytes bytes_read;
  spec::Bytes bytes_written;
  double utilisation = 0;      ///< Share of all devices' time that they were busy; at most 1.
  double utilisation_max = 0;  ///< The same for the busiest machine.
  spec::Seconds wait_mean;     ///< Until a device begins, mean over accesses.
  double fill = 0;             ///< Share of the capacity that is taken now.
  double fill_max = 0;
};

/// The storage devices of machines:
///
///     if (co_await disks.write(machine, bytes) == DiskOutcome::full) ...
///
/// An access goes to the device of its machine that is free first, as if data were spread over all of them;
/// when it will be done is known when it begins to wait (the recursion of Kiefer and Wolfowitz, as in
/// Fleet::take_core), so that it costs one event. Nothing bounds the queue but the machine's threads, which
/// wait for their accesses.
///
/// They belong to the message plane, not to SimGrid, whose disks update all their accesses in every round.
class Disks {
 public:
  Disks(Scheduler& scheduler, const Fleet& fleet) : scheduler_(scheduler), fleet_(fleet) {}
  Disks(const Disks&) = delete;
  Disks& operator=(const Disks&) = delete;

  /// Puts disks into every machine of a tier. To be called once a tier, before the simulation starts.
  void add(TierIndex tier, const DiskOptions& options);

  enum class Kind : std::uint8_t { read, write, rewrite };
  /// Whichever is free first.
  static constexpr std::uint32_t any_device = ~std::uint32_t{0};

  class [[nodiscard]] Access {
   public:
    Access(Disks& disks, MachineIndex machine, spec::Bytes size, Kind kind, std::uint32_t device = any_device)
        : disks_(disks), machine_(machine), size_(size), device_(device), kind_(kind) {}

    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine);
    DiskOutcome await_resume() const;

   private:
    Disks& disks_;
    MachineIndex machine_;
    spec::Bytes size_;
    std::uint32_t device_;
    Kind kind_;
    std::uint8_t deaths_ = 0;
    DiskOutcome outcome_ = DiskOutcome::done;
  };

  /// Both are handed to the disks when they are awaited.
  Access read(MachineIndex machine, spec::Bytes size) { return {*this, machine, size, Kind::read}; }
  /// Takes its room at once, and keeps it if the machine dies before the end.
  Access write(MachineIndex machine, spec::Bytes size) { return {*this, machine, size, Kind::write}; }
  /// Writes over what is there, on one device: takes no room.
  Access rewrite(MachineIndex machine, std::uint32_t device, spec::Bytes size) {
    return {*this, machine, size, Kind::rewrite, device};
  }
  /// How long a device goes on with what it was handed.
  Duration rest(MachineIndex machine, std::uint32_t device) const {
    return std::max(Duration{}, free_[place_of(machine).device + device] - scheduler_.now());
  }

  /// What lies there already when the simulation starts; it must fit.
  void preload(MachineIndex machine, spec::Bytes size);
  /// Gives room back, without an access; at most what is taken.
  void erase(MachineIndex machine, spec::Bytes size);
  spec::Bytes taken(MachineIndex machine) const { return stores_[place_of(machine).store].taken; }

  /// What waits or is under way there is gone; what is stored stays.
  void machine_down(MachineIndex machine);

  void begin_measuring(Time now);
  DiskSummary summary(TierIndex tier, Time now) const;

 private:
  struct Store {  // Of a machine.
    spec::Bytes taken;
    Duration work{};  ///< Handed to its devices while measuring, and left over from before.
  };
  struct Group {  // Of a tier.
    DiskOptions options;
    std::size_t first_store = 0;
    std::size_t first_device = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t refused = 0;
    spec::Bytes bytes_read;
    spec::Bytes bytes_written;
    RequestTime waited = 0;
  };
  /// Where a machine is in the vectors below.
  struct Place {
    std::size_t group;
    std::size_t store;
    std::size_t device;
    MachineIndex machine;
  };
  static constexpr std::size_t none = ~std::size_t{0};

  bool has_disks(MachineIndex machine) const;
  Place place_of(MachineIndex machine) const;
  /// What the devices of a machine still have to do.
  Duration backlog(const Place& place, Time now) const;
  /// \returns when it will be done.
  Time submit(const Place& place, spec::Bytes size, Kind kind, std::uint32_t device);

  Scheduler& scheduler_;
  const Fleet& fleet_;
  std::vector<std::size_t> group_of_tier_;
  std::vector<Group> groups_;
  std::vector<Store> stores_;
  std::vector<Time> free_;  // When each device has done what it was handed.
  Time measuring_since_{};
};

}  // namespace chatsim::sim
