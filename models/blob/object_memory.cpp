#include "models/blob/object_memory.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

namespace {

constexpr double for_ever_s = 1e9;
constexpr sim::Time before_the_run{sim::Duration{-4'000'000'000'000'000'000}};

}  // namespace

ObjectMemory::ObjectMemory(const Context& context, const Attachments& attachments, const Placement& placement)
    : context_(context),
      attachments_(attachments),
      machines_(context.scenario.services.blob.machines),
      holders_(placement.coded() ? placement.enough() : placement.parts()),
      empty_at_(static_cast<std::size_t>(machines_), before_the_run) {
  const spec::Population& population = context.scenario.population;
  const double attached = spec::message_rate(population).value() * population.attachments.share.value();
  const double hot = population.attachments.hot_share.value();
  const double in_group = population.group_message_share.value();
  const double receivers = 1 - in_group + in_group * (population.group_size.mean() - 1);
  const double gets = attached * receivers * population.attachments.fetched.value();
  hot_gets_ = gets * hot;
  // What is uploaded is written through; who was offline asks later for what has to be read again.
  const double written = attached * (1 - hot) * placement.overhead();
  const double read = gets * (1 - hot) * population.online.complement().value();
  entering_ = (written + read) * attachments.mean_size().value() / machines_;

  const double capacity = context.scenario.services.blob.cache_per_machine.value();
  double low = 0, high = for_ever_s;
  if (filled_by(high) <= capacity) low = high;
  for (int i = 0; i < 100 && low < high; ++i) {
    const double seconds = i < 60 ? std::sqrt(std::max(low, 1e-9) * high) : (low + high) / 2;
    (filled_by(seconds) <= capacity ? low : high) = seconds;
  }
  keeps_ = sim::to_duration(spec::Seconds{low});
}

double ObjectMemory::filled_by(double seconds) const {
  const Zipf& popularity = attachments_.popularity();
  double hot_objects = 0;
  for (std::uint64_t first = 1; first <= popularity.ranks();) {
    // Ranks alike enough to count as one.
    const std::uint64_t next = std::min(first + 1 + first / 64, popularity.ranks() + 1);
    const auto count = static_cast<double>(next - first);
    const double weight = (popularity.up_to(next - 1) - popularity.up_to(first - 1)) / count;
    hot_objects += count * -std::expm1(-hot_gets_ * weight / holders_ * seconds);
    first = next;
  }
  return entering_ * seconds + hot_objects * holders_ / machines_ * attachments_.mean_size().value();
}

double ObjectMemory::hot_probability(std::uint32_t machine, BlobUrl url) const {
  const std::uint64_t rank = Attachments::rank_of(url);
  const Zipf& popularity = attachments_.popularity();
  const double weight = popularity.up_to(rank) - popularity.up_to(rank - 1);
  const double seconds = sim::to_seconds(std::min(keeps_, now() - empty_at_[machine])).value();
  return -std::expm1(-hot_gets_ * weight / holders_ * seconds);
}

void ObjectMemory::uploading(BlobUrl url) {
  if (marks_.empty() || now() - marks_.back().time >= keeps_ / marks_within_keeps) {
    marks_.push_back({now(), objects_});
    while (marks_.size() > 1 && marks_[1].time <= now() - keeps_) marks_.pop_front();
  }
  objects_ = std::max(objects_, url.object + 1);
}

bool ObjectMemory::recent(std::uint32_t machine, BlobUrl url) const {
  if (url.object >= objects_ || keeps_ == sim::Duration{}) return false;
  const sim::Time since = std::max(now() - keeps_, empty_at_[machine]);
  const auto after = std::upper_bound(marks_.begin(), marks_.end(), since,
                                      [](sim::Time time, const Mark& mark) { return time < mark.time; });
  // The oldest objects of the run have no mark before them.
  return after == marks_.begin() ? url.object >= marks_.front().objects : url.object >= std::prev(after)->objects;
}

void ObjectMemory::lost(std::uint32_t machine) {
  empty_at_[machine] = now();
  marks_.push_back({now(), objects_});
}

}  // namespace chatsim::models
