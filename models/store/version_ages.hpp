#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/kernel/time.hpp"

namespace chatsim::models {

/// When the versions of a store were given out. They are given out in order, so that a mark every few moments tells it of
/// all of them: exactly while there are few marks, then to within 1/8000 of the time that has passed.
class VersionAges {
 public:
  /// Not before that has a mark to be made.
  sim::Time due() const { return due_; }
  /// The first version of an instant at which one is due.
  void note(std::uint64_t version, sim::Time now) {
    if (marks_.size() == most_marks) thin();
    marks_.push_back({version, now});
    due_ = now + apart_;
  }

  /// When a version was given out, or a little before.
  sim::Time time_of(std::uint64_t version) const {
    const auto next = std::upper_bound(marks_.begin(), marks_.end(), version,
                                       [](std::uint64_t wanted, const Mark& mark) { return wanted < mark.version; });
    return next == marks_.begin() ? sim::Time{} : std::prev(next)->time;
  }
  /// The newest version that had surely been given out at an instant: all of them, once no mark came for a while.
  std::uint64_t newest_at(sim::Time time, std::uint64_t last_version) const {
    if (marks_.empty()) return 0;
    if (time >= due_) return last_version;
    const auto next = std::upper_bound(marks_.begin(), marks_.end(), time,
                                       [](sim::Time wanted, const Mark& mark) { return wanted < mark.time; });
    return next == marks_.begin() ? 0 : std::prev(next)->version;
  }

 private:
  struct Mark {
    std::uint64_t version;
    sim::Time time;
  };
  static constexpr std::size_t most_marks = 16384;

  void thin() {
    for (std::size_t i = 0; 2 * i < marks_.size(); ++i) marks_[i] = marks_[2 * i];
    marks_.resize(marks_.size() / 2);
    apart_ = std::max(2 * apart_, (marks_.back().time - marks_.front().time) / static_cast<int>(most_marks));
  }

  std::vector<Mark> marks_;
  sim::Duration apart_{1};
  sim::Time due_{};
};

}  // namespace chatsim::models
