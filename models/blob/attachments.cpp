#include "models/blob/attachments.hpp"

#include <algorithm>
#include <cmath>

#include "models/service/spread.hpp"

namespace chatsim::models {

Attachments::Attachments(const Context& context)
    : context_(context),
      share_(context.scenario.population.attachments.share.value()),
      hot_share_(context.scenario.population.attachments.hot_share.value()),
      fetched_(context.scenario.population.attachments.fetched.value()),
      size_max_(context.scenario.population.attachments.size_max.value()),
      size_(context.scenario.population.attachments.size),
      popularity_(static_cast<std::uint64_t>(context.scenario.population.attachments.hot_objects)) {
  // The cut shifts the mean; the scale that brings it back, by bisection. (A mean near size_max cannot be reached.)
  const double wanted = context.scenario.population.attachments.size.mean();
  double low = 0, high = 64;
  for (int i = 0; i < 50; ++i) {
    const double scale = (low + high) / 2;
    (mean_size(scale) < wanted ? low : high) = scale;
  }
  // Of a distribution with steps the mean has steps too: the nearer side.
  size_scale_ = wanted - mean_size(low) < mean_size(high) - wanted ? low : high;
  mean_size_ = spec::Bytes{mean_size(size_scale_)};
}

std::optional<BlobUrl> Attachments::of(MessageId message) const {
  const sim::Draw draw = context_.draw(Stream::attachment, static_cast<std::uint64_t>(message));
  if (draw.uniform(0) >= share_) return std::nullopt;
  if (draw.uniform(1) >= hot_share_) return BlobUrl{static_cast<std::uint64_t>(message)};
  return hot_object(popularity_.rank(draw.uniform64(1)));
}

bool Attachments::fetched_by(UserId receiver, MessageId message) const {
  if (fetched_ >= 1) return true;
  const std::uint64_t id = static_cast<std::uint64_t>(message) ^ spread(static_cast<std::uint64_t>(receiver));
  return context_.draw(Stream::attachment, id, 1).uniform64(0) < fetched_;
}

spec::Bytes Attachments::size_of(BlobUrl url) const {
  return spec::Bytes{cut(size_scale_ * size_.value(context_.draw(Stream::blob_size, url.object)))};
}

double Attachments::cut(double size) const { return std::clamp(std::floor(size + 0.5), 1.0, size_max_); }

double Attachments::mean_size(double scale) const {
  constexpr int points = 1 << 16;
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const double p = (i + 0.5) / points;
    // A mixture chooses its component by a second number: multiples of the golden section are spread as evenly.
    const auto component = static_cast<std::uint32_t>(i) * 0x9e3779b9;
    sum += cut(scale * size_.value(static_cast<std::uint64_t>(p * 0x1p64), component));
  }
  return sum / points;
}

}  // namespace chatsim::models
