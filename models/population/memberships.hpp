#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/service/message.hpp"

namespace chatsim::models {

/// Groups that are not any more what the directory's functions say: who joined, who left, and groups that were created
/// since the run began.
class Memberships {
 public:
  struct Changes {
    std::vector<UserId> joined;
    std::vector<UserId> left;

    bool has_left(UserId user) const;
  };

  /// nullptr: the group is as it always was.
  const Changes* changes_of(GroupId group) const {
    if (changes_.empty()) return nullptr;
    const auto found = changes_.find(group);
    return found != changes_.end() ? &found->second : nullptr;
  }

  /// \returns whether that changed anything.
  bool join(GroupId group, UserId user, bool is_member_by_function);
  bool leave(GroupId group, UserId user, bool is_member_by_function);

  /// A group that was not there: its number is from `first` on.
  GroupId create(std::uint64_t first, std::vector<UserId> members);
  std::uint64_t created() const { return created_; }

 private:
  std::unordered_map<GroupId, Changes> changes_;
  std::uint64_t created_ = 0;
};

}  // namespace chatsim::models
