#include "models/population/memberships.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

bool contains(const std::vector<UserId>& users, UserId user) {
  return std::find(users.begin(), users.end(), user) != users.end();
}

}  // namespace

bool Memberships::Changes::has_left(UserId user) const { return contains(left, user); }

bool Memberships::join(GroupId group, UserId user, bool is_member_by_function) {
  Changes& changes = changes_[group];
  if (std::erase(changes.left, user) > 0) return true;
  if (is_member_by_function || contains(changes.joined, user)) return false;
  changes.joined.push_back(user);
  return true;
}

bool Memberships::leave(GroupId group, UserId user, bool is_member_by_function) {
  Changes& changes = changes_[group];
  if (std::erase(changes.joined, user) > 0) return true;
  if (!is_member_by_function || contains(changes.left, user)) return false;
  changes.left.push_back(user);
  return true;
}

GroupId Memberships::create(std::uint64_t first, std::vector<UserId> members) {
  const GroupId group{first + created_++};
  changes_[group].joined = std::move(members);
  return group;
}

}  // namespace chatsim::models
