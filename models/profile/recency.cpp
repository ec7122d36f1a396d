#include "models/profile/recency.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

namespace {

constexpr std::int64_t first_slices = 64;  // From the boundary until now, at the beginning.
constexpr std::int64_t fewest_slices = 16;
constexpr double least_width = 1e-9;

}  // namespace

Recency::Recency(double rows, double capacity, spec::PerSecond uses)
    : evicts_(capacity < rows), capacity_(evicts_ ? std::floor(capacity) : rows) {
  if (!evicts_) return;
  CHATSIM_CHECK(capacity_ < 0x1p32, "{} rows in one cache machine", capacity_);
  const double rate = uses.value();
  const double eviction_age = -std::log1p(-capacity_ / rows) / rate;
  boundary_ = -eviction_age;
  width_ = std::max(least_width, eviction_age / first_slices);
  oldest_ = -first_slices;
  // Rounded from the sum, so that it comes to the capacity.
  double before = 0;
  for (std::int64_t slice = -1; slice >= oldest_; --slice) {
    const double younger = -rows * std::expm1(rate * width_ * static_cast<double>(slice));
    const double up_to = slice == oldest_ ? capacity_ : std::min(capacity_, std::round(younger));
    count_at(slice) = static_cast<std::uint32_t>(up_to - before);
    before = up_to;
  }
}

std::int64_t Recency::slice_of(double time) const {
  return static_cast<std::int64_t>(std::floor(time / width_));
}

void Recency::insert(spec::Seconds now) {
  if (holds_nothing()) return;
  if (evicts_) {
    advance(now.value());
    ++count_at(newest_);
  }
  if (free_ > 0) {
    --free_;
  } else if (evicts_) {
    evict();
  }
}

void Recency::use(spec::Seconds last_use, spec::Seconds now) {
  if (!evicts_) return;
  advance(now.value());
  take_from(last_use.value());
  ++count_at(newest_);
}

void Recency::clear(spec::Seconds now) {
  boundary_ = now.value();
  free_ = static_cast<std::uint64_t>(capacity_);
  if (!evicts_) return;
  now_ = std::max(now_, boundary_);
  counts_.fill(0);
  oldest_ = newest_ = slice_of(boundary_);
}

void Recency::advance(double now) {
  now_ = std::max(now_, now);
  newest_ = slice_of(now_);
  while (newest_ - oldest_ >= slices) coarsen();
  while (newest_ - oldest_ < fewest_slices && width_ > 2 * least_width && now_ - boundary_ > 2 * least_width)
    refine();
}

/// Slices of twice the width.
void Recency::coarsen() {
  // Of the slices only those that the ring still holds: it may be full, and time may have moved on since.
  const std::int64_t held = std::min(newest_, oldest_ + slices - 1);
  const std::array<std::uint32_t, slices> old = counts_;
  counts_.fill(0);
  for (std::int64_t slice = oldest_; slice <= held; ++slice) {
    count_at(slice >> 1) += old[static_cast<std::size_t>(slice & (slices - 1))];
  }
  width_ *= 2;
  oldest_ >>= 1;
  newest_ = slice_of(now_);
}

/// Slices of half the width. Rows lie evenly in what their slice has of the time between the boundary and
/// now.
void Recency::refine() {
  const std::array<std::uint32_t, slices> old = counts_;
  counts_.fill(0);
  for (std::int64_t slice = oldest_; slice <= newest_; ++slice) {
    const std::uint32_t count = old[static_cast<std::size_t>(slice & (slices - 1))];
    const double begin = std::max(boundary_, static_cast<double>(slice) * width_);
    const double end = std::min(now_, static_cast<double>(slice + 1) * width_);
    const double middle = (static_cast<double>(slice) + 0.5) * width_;
    const double earlier = end > begin ? std::clamp((middle - begin) / (end - begin), 0.0, 1.0) : 1.0;
    const auto first = static_cast<std::uint32_t>(std::lround(earlier * count));
    count_at(2 * slice) += first;
    count_at(2 * slice + 1) += count - first;
  }
  width_ /= 2;
  oldest_ = slice_of(boundary_);
  newest_ = slice_of(now_);
  // Rounding may leave a row beside the range: into it.
  for (const std::int64_t beside : {oldest_ - 1, newest_ + 1}) {
    count_at(std::clamp(beside, oldest_, newest_)) += std::exchange(count_at(beside), 0);
  }
}

/// The slice of a row may be empty, since rows were drawn one by one and slices filled by expectation: then
/// from the nearest later one that is not, else from an earlier one. Their sum stays right.
void Recency::take_from(double last_use) {
  const std::int64_t slice = std::clamp(slice_of(last_use), oldest_, newest_);
  std::int64_t found = slice;
  while (found <= newest_ && count_at(found) == 0) ++found;
  if (found > newest_) found = slice;
  while (found >= oldest_ && count_at(found) == 0) --found;
  CHATSIM_CHECK(found >= oldest_, "a row that was used last at {} s leaves a cache of {} without any",
                last_use, capacity_);
  --count_at(found);
}

void Recency::evict() {
  while (count_at(oldest_) == 0) {
    CHATSIM_CHECK(oldest_ < newest_, "nothing to evict from a cache of {}", capacity_);
    boundary_ = static_cast<double>(++oldest_) * width_;
  }
  const double end = oldest_ == newest_ ? now_ : static_cast<double>(oldest_ + 1) * width_;
  boundary_ += (end - boundary_) / count_at(oldest_)--;
}

}  // namespace chatsim::models
