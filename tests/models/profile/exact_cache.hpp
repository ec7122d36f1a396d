#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

namespace chatsim::tests {

/// What RowCache stands for, in full: for each shard a list of the rows that are there, the latest used
/// first. What is missing is filled in at once.
class ExactCache {
 public:
  ExactCache(std::size_t shards, std::size_t capacity, double time_to_live)
      : shards_(shards), capacity_(capacity), time_to_live_(time_to_live) {}

  bool look_up(std::uint64_t user, std::uint32_t shard, double now) {
    const auto found = shards_[shard].rows.find(user);
    if (found == shards_[shard].rows.end() || found->second->loaded + time_to_live_ <= now) {
      update(user, shard, now);
      return false;
    }
    use(shards_[shard], found->second, now);
    return true;
  }
  void update(std::uint64_t user, std::uint32_t shard, double now) {
    Shard& place = shards_[shard];
    const auto found = place.rows.find(user);
    if (found != place.rows.end()) {
      found->second->loaded = now;
      use(place, found->second, now);
      return;
    }
    if (capacity_ == 0) return;
    if (place.rows.size() == capacity_) {
      place.rows.erase(place.order.back().user);
      place.order.pop_back();
    }
    place.order.push_front({user, now, now});
    place.rows[user] = place.order.begin();
  }
  /// How long ago the row was used that goes next.
  double eviction_age(double now) const {
    double sum = 0;
    for (const Shard& shard : shards_) sum += now - shard.order.back().used;
    return sum / static_cast<double>(shards_.size());
  }

 private:
  struct Row {
    std::uint64_t user;
    double used, loaded;
  };
  struct Shard {
    std::list<Row> order;
    std::unordered_map<std::uint64_t, std::list<Row>::iterator> rows;
  };
  static void use(Shard& shard, std::list<Row>::iterator row, double now) {
    row->used = now;
    shard.order.splice(shard.order.begin(), shard.order, row);
  }

  std::vector<Shard> shards_;
  std::size_t capacity_;
  double time_to_live_;
};

}  // namespace chatsim::tests
