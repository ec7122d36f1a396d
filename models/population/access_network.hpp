#pragma once

#include <array>

#include "models/service/context.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// The networks between clients and their gateways. Which kind a user has, and how far away it is, are functions of the
/// user; the ways of different users share nothing.
class AccessNetwork {
 public:
  explicit AccessNetwork(const Context& context);

  enum Kind : std::uint8_t { fixed, mobile, slow, kinds };

  Kind kind(UserId user) const { return kind_from(draw(user)); }
  /// From the client to its gateway and back.
  sim::Duration round_trip(UserId user) const;
  /// What the client sends and receives at.
  spec::BytesPerSecond upload(UserId user) const { return kinds_[kind(user)].upload; }
  spec::BytesPerSecond download(UserId user) const { return kinds_[kind(user)].download; }
  /// How long the client sends or receives so much, without the way.
  sim::Duration upload_time(UserId user, spec::Bytes size) const { return sim::to_duration(size / upload(user)); }
  sim::Duration download_time(UserId user, spec::Bytes size) const { return sim::to_duration(size / download(user)); }

 private:
  sim::Draw draw(UserId user) const { return context_.draw(Stream::access, static_cast<std::uint64_t>(user)); }
  Kind kind_from(const sim::Draw& draw) const {
    const double lot = draw.uniform(3);  // The one that the sampler of the round trip leaves.
    return lot < shares_up_to_[fixed] ? fixed : lot < shares_up_to_[mobile] ? mobile : slow;
  }

  const Context& context_;
  std::array<spec::AccessClass, kinds> kinds_;
  std::array<double, 2> shares_up_to_;
  sim::Sampler round_trip_;
};

}  // namespace chatsim::models
