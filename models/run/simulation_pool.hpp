#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/run/child.hpp"
#include "models/run/run.hpp"

namespace chatsim::models {

/// Simulations in children of this process, as many at a time as there may be jobs and as the memory holds (see
/// processes_that_fit): one by one until it is known what one needs, which takes a moment, for what a run holds it holds from
/// its beginning.
class SimulationPool {
 public:
  explicit SimulationPool(int jobs) : jobs_(static_cast<std::size_t>(jobs)) {}

  /// What this process holds itself, and all of its children share.
  void share(std::uint64_t bytes) { shared_bytes_ = bytes; }

  bool may_begin() const;
  /// \param work notifies of nothing but Progress records. \param index what it is called when it ends.
  void begin(std::uint64_t index, const ChildWork& work);

  using Ended = std::function<void(std::uint64_t index, std::variant<ChildOutput, ChildFailure> outcome)>;
  /// Waits for a moment until something happens, and tells of those that have ended.
  void wait(const Ended& ended);

  std::size_t running() const { return running_.size(); }
  /// By those that run now, together.
  double simulated_s() const;
  /// Keeps only the first of those under way, and asks that one to end early.
  void stop_at_first();
  void drop_all() { running_.clear(); }

 private:
  struct Running {
    std::uint64_t index;
    std::unique_ptr<Child> child;
    Progress progress;
    bool grown = false;  // Past its construction: its memory is nearly what it will be.
  };

  std::size_t jobs_;
  std::vector<Running> running_;  // In the order in which they were begun.
  std::uint64_t shared_bytes_ = 0;
  std::optional<std::uint64_t> available_bytes_;
  std::uint64_t peak_bytes_ = 0;  // Of the largest that has ended; 0 while none has.
};

}  // namespace chatsim::models
