#pragma once

#include <vector>

#include "models/service/context.hpp"
#include "sim/kernel/random/permutation.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// Two billion users and a billion groups without an object for any of them: everything about them is a function of
/// (seed, number).
class Directory {
 public:
  explicit Directory(const Context& context);

  std::uint64_t users() const { return users_; }
  std::uint64_t groups() const { return groups_; }

  /// Whether the user has a connection.
  bool online(UserId user) const {
    return context_.draw(Stream::online, static_cast<std::uint64_t>(user)).uniform64(0) < online_;
  }
  /// The gateway (0 to gateways - 1) that holds the user's connection. A new epoch moves everybody.
  std::uint32_t gateway_of(UserId user) const {
    return static_cast<std::uint32_t>(
        context_.draw(Stream::home, static_cast<std::uint64_t>(user), gateway_epoch_).below(gateways_, 0));
  }
  void begin_gateway_epoch() { ++gateway_epoch_; }

  /// Members of a group, from 2 to the largest allowed (or the number of users). The distribution of the scenario,
  /// rounded and cut, but scaled so that the mean is the one it states.
  std::uint32_t size_of(GroupId group) const {
    return size_from(context_.draw(Stream::group_size, static_cast<std::uint64_t>(group)));
  }
  /// The members of a group are different users.
  /// \param index 0 to size_of(group) - 1.
  UserId member_of(GroupId group, std::uint32_t index) const {
    return UserId{members_.forward((static_cast<std::uint64_t>(group) + index * stride_) % users_)};
  }
  /// The inverse: all groups of a user.
  std::vector<GroupId> groups_of(UserId user) const;

 private:
  std::uint32_t size_from(const sim::Draw& draw) const;
  double mean_size(double scale) const;

  const Context& context_;
  std::uint64_t users_, groups_, gateways_;
  double online_;
  std::uint32_t gateway_epoch_ = 0;
  std::uint32_t largest_group_;
  sim::Sampler group_size_;
  double size_scale_ = 1;
  sim::Permutation members_;
  std::uint64_t stride_;  // From one member of a group to the next, without a common divisor with users_.
};

}  // namespace chatsim::models
