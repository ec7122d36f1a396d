#pragma once

#include <deque>
#include <map>

#include "models/store/elections.hpp"

namespace chatsim::models {

/// After a disturbance: leaders send replicas what they missed, ranges go back to their first replica once nobody lags
/// behind, and what was given up half way is forgotten. Looks at every heartbeat at the rows that replicas have differed in
/// for longer than a request may take, until there are none and all ranges are as ever; without a disturbance it sleeps.
class CatchUp {
 public:
  struct Parts {
    Context& context;
    const RowPlacement& ring;
    Leaders& leaders;
    Elections& elections;
    VersionTable& versions;
    const spec::Store& store;
    sim::MachineIndex first;
  };
  explicit CatchUp(const Parts& parts);
  CatchUp(const CatchUp&) = delete;
  CatchUp& operator=(const CatchUp&) = delete;

  /// Something went wrong: there may be something to mend.
  void wake();
  void reconfigure() { write_time_ = sim::Sampler(parts_.store.write_time); }
  std::uint64_t rows_sent() const { return rows_sent_; }
  void begin_measuring() { rows_sent_ = 0; }

 private:
  struct Missed {
    std::uint64_t key, version;
    std::uint8_t replica;
  };
  /// When a version was the newest.
  struct Mark {
    sim::Time at;
    std::uint64_t version;
  };

  sim::Task<void> run();
  /// \returns whether there is more to be done.
  bool mend(std::uint64_t old);
  void mend_row(std::uint64_t key);
  bool settle_ranges();
  void send_batches();
  std::uint64_t version_long_ago();
  static sim::Served serve(void* self, sim::Leg& leg, sim::CallRecord& call);
  static void unserved(void* self, const sim::Leg& leg, sim::CallRecord& call);

  Parts parts_;
  sim::Sampler write_time_;
  std::uint8_t server_;
  std::size_t most_in_batch_;
  bool running_ = false;
  std::uint64_t disturbed_at_ = 0;  // The newest version when wake() was called last.
  std::deque<Mark> marks_;
  std::map<std::uint64_t, std::vector<Missed>> batches_;  // By sender and receiver: to be sent, or on their way.
  std::map<std::uint64_t, std::vector<Missed>> on_their_way_;
  std::uint64_t batches_sent_ = 0;
  std::uint64_t rows_sent_ = 0;
};

}  // namespace chatsim::models
