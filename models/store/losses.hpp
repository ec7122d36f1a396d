#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

namespace chatsim::models {

/// Acknowledged writes that no replica holds since machines lost their data. A leg of the write may still be on its way,
/// or a machine keep a hint: whether they are lost is asked when it is reported, or before the row
/// changes so that it could not be told afterwards. Each row counts once.
class Losses {
 public:
  void may_be_lost(std::uint64_t key, std::uint64_t version) {
    std::uint64_t& watched = open_.try_emplace(key, version).first->second;
    watched = std::max(watched, version);
  }
  bool empty() const { return open_.empty(); }

  /// \param held(key, version) whether somebody holds that version or a newer one.
  template <class Held>
  std::uint64_t lost(Held held) const {
    std::uint64_t lost = decided_;
    for (const auto& [key, version] : open_) lost += !held(key, version);
    return lost;
  }
  /// The row will be written again, or no longer be told from those that all replicas agree on.
  template <class Held>
  void decide(std::uint64_t key, Held held) {
    const auto row = open_.find(key);
    if (row == open_.end()) return;
    decided_ += !held(key, row->second);
    open_.erase(row);
  }
  /// What somebody holds again need not be watched.
  template <class Held>
  void forget(Held held) {
    for (auto row = open_.begin(); row != open_.end();) {
      row = held(row->first, row->second) ? open_.erase(row) : std::next(row);
    }
  }

 private:
  std::map<std::uint64_t, std::uint64_t> open_;  // Version by key.
  std::uint64_t decided_ = 0;
};

}  // namespace chatsim::models
