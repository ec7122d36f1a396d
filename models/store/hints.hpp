#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "sim/kernel/time.hpp"
#include "sim/resources/fleet.hpp"

namespace chatsim::models {

/// A version of a row that a replica missed, and another machine keeps for it.
struct Hint {
  std::uint64_t key;
  std::uint64_t version : 61;
  std::uint64_t replica : 3;  ///< Which of the row's.
  sim::MachineIndex target;   ///< The machine that holds it.
};

/// The hints that each machine of a store keeps on its disk, at most so many: they outlive its death, not the loss of its
/// data.
class Hints {
 public:
  explicit Hints(std::size_t most_of_machine) : most_(most_of_machine) {}

  /// Room for one that will be sent to a machine; every one that was reserved ends as kept or as given up.
  bool reserve(sim::MachineIndex holder) {
    Holder& of = holders_[holder];
    if (of.coming >= most_coming || of.hints.size() + of.coming >= most_) return false;
    ++of.coming;
    return true;
  }
  void keep(sim::MachineIndex holder, const Hint& hint) {
    Holder& of = holders_[holder];
    --of.coming;
    of.hints.push_back(hint);
    ++open_;
  }
  void give_up(sim::MachineIndex holder) { --holders_[holder].coming; }

  /// Takes up to `most` hints out whose target is ready, the oldest first. Looks at no more than `look_at` of them: those
  /// that are not ready go to the end. Whatever has expired is dropped and counted.
  template <class Ready, class Expired>
  std::uint64_t take(sim::MachineIndex holder, std::size_t most, std::size_t look_at, Ready ready, Expired expired,
                     std::vector<Hint>& taken) {
    std::deque<Hint>& hints = holders_[holder].hints;
    std::uint64_t dropped = 0;
    for (look_at = std::min(look_at, hints.size()); look_at > 0 && most > 0; --look_at) {
      const Hint hint = hints.front();
      hints.pop_front();
      if (expired(hint)) {
        ++dropped;
      } else if (ready(hint.target)) {
        taken.push_back(hint);
        --most;
      } else {
        hints.push_back(hint);
        continue;
      }
      --open_;
    }
    return dropped;
  }
  /// What was taken and could not be given: by a machine that lost nothing meanwhile.
  void put_back(sim::MachineIndex holder, const std::vector<Hint>& hints) {
    std::deque<Hint>& of = holders_[holder].hints;
    of.insert(of.begin(), hints.begin(), hints.end());
    open_ += hints.size();
  }

  /// The machine lost its data. \returns how many hints with it.
  std::uint64_t lose(sim::MachineIndex holder) {
    const auto found = holders_.find(holder);
    if (found == holders_.end()) return 0;
    const std::uint64_t lost = found->second.hints.size();
    found->second.hints.clear();
    open_ -= lost;
    return lost;
  }

  std::uint64_t open() const { return open_; }
  /// In the order of machines.
  template <class Use>
  void for_each_holder(Use use) {
    for (auto& [machine, holder] : holders_) {
      if (!holder.hints.empty()) use(machine);
    }
  }
  /// Whether some machine keeps a version of a row, or a newer one. Looks at all of them.
  bool holds(std::uint64_t key, std::uint64_t version) const {
    for (const auto& [machine, holder] : holders_) {
      for (const Hint& hint : holder.hints) {
        if (hint.key == key && hint.version >= version) return true;
      }
    }
    return false;
  }

 private:
  /// On the way to one machine at once: a coordinator that has so many open sends no more (as Cassandra limits them).
  static constexpr std::uint32_t most_coming = 256;

  struct Holder {
    std::deque<Hint> hints;
    std::uint32_t coming = 0;
  };
  std::map<sim::MachineIndex, Holder> holders_;
  std::size_t most_;
  std::uint64_t open_ = 0;
};

}  // namespace chatsim::models
