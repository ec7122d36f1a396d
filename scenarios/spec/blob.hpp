#pragma once

#include "scenarios/spec/failure_domain.hpp"
#include "scenarios/spec/tier.hpp"

namespace chatsim::spec {

/// How an object is kept so that it survives machines.
enum class Redundancy { replication, reed_solomon };

template <>
struct EnumNames<Redundancy> {
  static constexpr std::array<std::string_view, 2> names{"replication", "reed_solomon"};
};

/// Keeps pictures and videos: machines with disks, which clients reach through their gateways.
struct Blob : Tier {
  Blob() : Tier{.machines = 500, .threads = 100, .service_time = Distribution::exponential(Seconds{1e-3})} {}
  static constexpr int virtual_nodes = 128;  ///< Points of a machine on the ring of objects.
  Redundancy redundancy = Redundancy::replication;
  int copies = 3;
  int data_fragments = 6;
  int parity_fragments = 3;
  BytesPerSecond coding_rate{2e9};
  int disks = 4;
  Bytes disk_capacity{100e12};
  BytesPerSecond disk_bandwidth{2e9};
  Seconds disk_access_time{0.1e-3};
  Bytes cache_per_machine{64e9};
  FailureDomain spread = FailureDomain::rack;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    Tier::fields(visit);
    visit("redundancy", &Blob::redundancy, Choice{}, "how an object is kept so that it survives machines");
    visit("copies", &Blob::copies, between(1, 8), "of an object, with replication; 3 in the design document");
    visit("data_fragments", &Blob::data_fragments, between(1, 32), "k of Reed-Solomon: an object is cut into these");
    visit("parity_fragments", &Blob::parity_fragments, between(0, 32),
          "m of Reed-Solomon: further fragments, any k of all restore the object");
    visit("coding_rate", &Blob::coding_rate, more_than(BytesPerSecond{0}),
          "at which one core encodes or restores Reed-Solomon; assumed");
    visit("disks", &Blob::disks, between(1, 1000), "of one machine; 4 in the design document");
    visit("disk_capacity", &Blob::disk_capacity, more_than(Bytes{0}), "of one disk; 100 TB in the design document");
    visit("disk_bandwidth", &Blob::disk_bandwidth, more_than(BytesPerSecond{0}), "of one disk, reading and writing");
    visit("disk_access_time", &Blob::disk_access_time, at_least(Seconds{0}), "before the first byte of an access");
    visit("cache_per_machine", &Blob::cache_per_machine, at_least(Bytes{0}),
          "memory of one machine for the objects that were asked for last");
    visit("spread", &Blob::spread, Choice{}, "copies or fragments of an object are in different ones of these");
  }
};

}  // namespace chatsim::spec
