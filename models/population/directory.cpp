#include "models/population/directory.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace chatsim::models {

namespace {

constexpr std::uint32_t smallest_group = 2;

std::uint64_t coprime_stride(std::uint64_t n) {
  auto stride = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(0.3819660113 * static_cast<double>(n)));
  while (std::gcd(stride, n) != 1) ++stride;
  return stride;
}

std::uint32_t round_and_cut(double size, std::uint32_t largest) {
  return static_cast<std::uint32_t>(
      std::clamp(std::floor(size + 0.5), static_cast<double>(smallest_group), static_cast<double>(largest)));
}

}  // namespace

Directory::Directory(const Context& context)
    : context_(context),
      users_(static_cast<std::uint64_t>(context.scenario.population.users)),
      groups_(static_cast<std::uint64_t>(context.scenario.population.groups)),
      gateways_(static_cast<std::uint64_t>(context.scenario.services.gateway.machines)),
      online_(context.scenario.population.online.value()),
      largest_group_(static_cast<std::uint32_t>(
          std::min<std::uint64_t>(users_, static_cast<std::uint64_t>(context.scenario.population.group_size_max)))),
      group_size_(context.scenario.population.group_size),
      members_(context.random, static_cast<std::uint32_t>(Stream::members), users_),
      stride_(coprime_stride(users_)) {
  // Rounding and the smallest and largest size shift the mean; the scale that brings it back, by bisection.
  const double wanted = context.scenario.population.group_size.mean();
  double low = 0, high = 16;
  for (int i = 0; i < 50; ++i) {
    const double scale = (low + high) / 2;
    (mean_size(scale) < wanted ? low : high) = scale;
  }
  // Of a distribution with steps the mean has steps too: the nearer side.
  size_scale_ = wanted - mean_size(low) < mean_size(high) - wanted ? low : high;
}

double Directory::mean_size(double scale) const {
  constexpr int points = 8192;
  double sum = 0;
  for (int i = 0; i < points; ++i) {
    const double p = (i + 0.5) / points;
    // A mixture chooses its component by a second number: multiples of the golden section are spread as evenly.
    const auto component = static_cast<std::uint32_t>(i) * 0x9e3779b9;
    sum += round_and_cut(scale * group_size_.value(static_cast<std::uint64_t>(p * 0x1p64), component), largest_group_);
  }
  return sum / points;
}

std::uint32_t Directory::size_from(const sim::Draw& draw) const {
  return round_and_cut(size_scale_ * group_size_.value(draw), largest_group_);
}

std::vector<GroupId> Directory::groups_of(UserId user) const {
  std::vector<GroupId> found;
  std::uint64_t start = members_.inverse(static_cast<std::uint64_t>(user));
  for (std::uint32_t index = 0; index < largest_group_; ++index) {
    for (std::uint64_t group = start; group < groups_; group += users_) {
      if (index < size_of(GroupId{group})) found.push_back(GroupId{group});
    }
    start = (start + users_ - stride_) % users_;
  }
  return found;
}

}  // namespace chatsim::models
