#pragma once

#include <compare>
#include <optional>

#include "models/blob/zipf.hpp"
#include "models/service/context.hpp"
#include "sim/kernel/random/sampler.hpp"

namespace chatsim::models {

/// Names a picture or video; what a message carries of it.
struct BlobUrl {
  std::uint64_t object = 0;

  auto operator<=>(const BlobUrl&) const = default;
};

/// Which messages carry a picture or video, which one, and how large it is: functions of message and object. An object
/// has the number of the message that it was sent with first, or is one of the hot objects, which were there before
/// and are passed on again and again.
class Attachments {
 public:
  explicit Attachments(const Context& context);

  std::optional<BlobUrl> of(MessageId message) const;
  /// Whether a receiver of the message gets it.
  bool fetched_by(UserId receiver, MessageId message) const;

  /// From 1 byte to size_max, in whole bytes. The distribution of the scenario is cut there, but scaled so that the mean
  /// is the one it states.
  spec::Bytes size_of(BlobUrl url) const;
  spec::Bytes mean_size() const { return mean_size_; }

  static bool hot(BlobUrl url) { return url.object >= first_hot; }
  /// 1 is the most popular one.
  static BlobUrl hot_object(std::uint64_t rank) { return {first_hot + rank - 1}; }
  static std::uint64_t rank_of(BlobUrl hot_url) { return hot_url.object - first_hot + 1; }
  const Zipf& popularity() const { return popularity_; }

 private:
  static constexpr std::uint64_t first_hot = std::uint64_t{1} << 63;

  double cut(double size) const;
  double mean_size(double scale) const;

  const Context& context_;
  double share_, hot_share_, fetched_;
  double size_max_;
  sim::Sampler size_;
  double size_scale_ = 1;
  spec::Bytes mean_size_;
  Zipf popularity_;
};

}  // namespace chatsim::models
