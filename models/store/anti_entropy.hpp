#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/row_placement.hpp"
#include "models/store/version_ages.hpp"
#include "models/store/versions.hpp"
#include "scenarios/spec/consistency.hpp"
#include "scenarios/spec/stores.hpp"

namespace chatsim::models {

/// Replicas compare what they hold by Merkle trees, once a period, and copy what one of them misses (Dynamo, section
/// 4.7): bulk flows of SimGrid between each two machines that differ, all of a table through one throttle. What a tree
/// finds is known here: the rows of the table of versions. Between two machines the rows travel that differ, and of the
/// trees the paths to them. A comparison that finds nothing costs a message that is left out.
///
/// It rests until something is missed for the first time, and from when a comparison finds that all is well.
class AntiEntropy {
 public:
  struct Parts {
    const RowPlacement& ring;
    VersionTable& versions;
    const VersionAges& ages;
    sim::MachineIndex first;                ///< Machine of the store.
    std::function<bool()> hints_open;       ///< Whether somebody keeps what no replica may have.
    std::function<void(std::uint64_t key)> before_retiring;
  };
  AntiEntropy(Context& context, const spec::Store& store, Parts parts);
  AntiEntropy(const AntiEntropy&) = delete;
  AntiEntropy& operator=(const AntiEntropy&) = delete;

  /// Some replica misses something.
  void missed() {
    last_missed_ = context_.world.scheduler.now();
    if (!running_) [[unlikely]] begin();
  }

  void begin_measuring() { counts_ = {}; }
  void report(spec::RepairSummary& summary) const;

 private:
  /// A version of a row that one machine copies from another.
  struct Item {
    sim::MachineIndex source, destination;
    std::uint64_t key, version;
  };
  /// Items between the same two machines.
  struct Group {
    std::size_t begin, end;
  };
  class Copied;

  void begin();
  sim::Task<void> run();
  /// Looks at the rows of some slots from `slot` on. \returns how many of them are old.
  std::size_t look(std::size_t& slot, std::uint64_t newest_old);
  bool compare(const VersionTable::RowView& row, std::uint64_t newest_old);
  bool retire(std::uint64_t key);
  void group_items();
  void start_flows();
  void start_flow(Group group);
  void flow_ended(Group group, sim::FlowOutcome outcome, spec::Bytes bytes);

  Context& context_;
  const spec::Store& spec_;
  Parts parts_;
  bool running_ = false;
  std::optional<std::uint32_t> throttle_;  // Of the world, once it has begun.
  sim::Time last_missed_{};

  std::vector<Item> items_;  // Of the copies under way, or about to be.
  std::vector<Group> waiting_;
  std::uint32_t flows_ = 0;
  sim::Handle waiter_;

  struct Counts {
    std::uint64_t rows = 0, failed = 0;
    double bytes = 0;
  };
  Counts counts_;
};

}  // namespace chatsim::models
