#include "models/store/copysets.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

namespace {

/// The most sets of `size` different domains each; of a domain with more machines than sets some are left out.
std::uint32_t most_sets(const std::vector<std::uint32_t>& machines_of_domain, std::uint32_t size) {
  std::uint64_t all = 0;
  for (const std::uint32_t machines : machines_of_domain) all += machines;
  std::uint64_t possible = 0, impossible = all / size + 1;
  while (possible + 1 < impossible) {
    const std::uint64_t sets = (possible + impossible) / 2;
    std::uint64_t usable = 0;
    for (const std::uint32_t machines : machines_of_domain) usable += std::min<std::uint64_t>(machines, sets);
    (usable >= sets * size ? possible : impossible) = sets;
  }
  return static_cast<std::uint32_t>(possible);
}

}  // namespace

Copysets::Copysets(const Options& options, const std::function<std::uint32_t(std::uint32_t)>& domain_of)
    : machines_(options.machines), replication_(options.replication) {
  CHATSIM_CHECK(replication_ <= HashRing::most_replicas, "{} replicas, at most {}", replication_,
                HashRing::most_replicas);
  std::vector<std::uint32_t> members;
  std::map<std::uint32_t, std::uint32_t> numbers;
  domain_.resize(machines_);
  for (std::uint32_t machine = 0; machine < machines_; ++machine) {
    if (options.is_member && !options.is_member(machine)) continue;
    members.push_back(machine);
    domain_[machine] =
        numbers.try_emplace(domain_of(machine), static_cast<std::uint32_t>(numbers.size())).first->second;
  }
  domains_ = static_cast<std::uint32_t>(numbers.size());
  CHATSIM_CHECK(domains_ >= replication_, "{} failure domains for {} replicas", domains_, replication_);

  const auto others = static_cast<std::uint32_t>(members.size()) - 1;
  const std::uint32_t width = std::min(options.scatter_width, others), others_in_set = replication_ - 1;
  const std::uint32_t orders = others_in_set == 0 ? 1 : std::max(1U, (width + others_in_set - 1) / others_in_set);
  std::vector<std::uint32_t> used(machines_, 0);
  std::vector<std::uint32_t> order;
  for (std::uint32_t number = 0; number < orders; ++number) {
    order = members;
    for (std::size_t i = order.size() - 1; i > 0; --i) {
      const sim::Draw draw(options.random, options.stream, options.store << 32 | number, static_cast<std::uint32_t>(i));
      std::swap(order[i], order[draw.below(i + 1, 0)]);
    }
    // Who was left out is not left out again.
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return used[a] < used[b]; });
    cut(order, used);
  }
  for (const std::uint32_t machine : order) {
    if (used[machine] == 0) add_with_least_used(machine, order, used);
  }
  CHATSIM_CHECK(sets_.size() < std::numeric_limits<std::uint32_t>::max(), "{} places in copysets", sets_.size());
}

/// Cuts machines in their order into sets, each of different domains: a machine whose domain is in the set waits for
/// the next one. A domain with as many machines as there are sets to come must be in each of them.
void Copysets::cut(const std::vector<std::uint32_t>& order, std::vector<std::uint32_t>& used) {
  std::vector<std::uint32_t> waiting(domains_, 0);  // Machines by domain.
  for (const std::uint32_t machine : order) ++waiting[domain_[machine]];
  const std::uint32_t sets = most_sets(waiting, replication_);
  std::vector<std::vector<std::uint32_t>> of_domain(domains_);
  std::vector<std::uint32_t> taken;
  std::uint64_t surplus = 0;
  for (const std::uint32_t count : waiting) surplus += std::min(count, sets);
  surplus -= std::uint64_t{sets} * replication_;
  for (const std::uint32_t machine : order) {
    std::vector<std::uint32_t>& same = of_domain[domain_[machine]];
    if (same.size() == sets) continue;
    same.push_back(machine);
    taken.push_back(machine);
  }
  for (; surplus > 0; --surplus) {
    of_domain[domain_[taken.back()]].pop_back();
    taken.pop_back();
  }

  std::vector<std::vector<std::uint32_t>> domains_with(sets + 1);  // That many machines, once it was so.
  for (std::uint32_t domain = 0; domain < domains_; ++domain) {
    waiting[domain] = static_cast<std::uint32_t>(of_domain[domain].size());
    domains_with[waiting[domain]].push_back(domain);
  }
  std::vector<bool> done(machines_, false);
  std::vector<std::uint32_t> first_of_domain(domains_, 0), last_set(domains_, 0);
  std::size_t begin = 0;
  for (std::uint32_t left = sets; left > 0; --left) {
    std::uint32_t size = 0;
    const auto take = [&](std::uint32_t machine) {
      const std::uint32_t domain = domain_[machine];
      sets_.push_back(machine);
      ++used[machine];
      done[machine] = true;
      last_set[domain] = left;
      domains_with[--waiting[domain]].push_back(domain);
      ++size;
    };
    for (const std::uint32_t domain : domains_with[left]) {
      if (waiting[domain] != left) continue;
      std::uint32_t& first = first_of_domain[domain];
      while (done[of_domain[domain][first]]) ++first;
      take(of_domain[domain][first]);
    }
    while (begin < taken.size() && done[taken[begin]]) ++begin;
    for (std::size_t i = begin; size < replication_; ++i) {
      if (!done[taken[i]] && last_set[domain_[taken[i]]] != left) take(taken[i]);
    }
  }
}

/// A set for a machine that is in none.
void Copysets::add_with_least_used(std::uint32_t machine, const std::vector<std::uint32_t>& order,
                                   std::vector<std::uint32_t>& used) {
  std::vector<std::uint32_t> others = order;
  std::stable_sort(others.begin(), others.end(), [&](std::uint32_t a, std::uint32_t b) { return used[a] < used[b]; });
  others.insert(others.begin(), machine);
  const std::size_t begin = sets_.size();
  for (const std::uint32_t other : others) {
    if (sets_.size() - begin == replication_) break;
    const bool elsewhere = std::none_of(sets_.begin() + static_cast<std::ptrdiff_t>(begin), sets_.end(),
                                        [&](std::uint32_t one) { return domain_[one] == domain_[other]; });
    if (!elsewhere) continue;
    sets_.push_back(other);
    ++used[other];
  }
}

std::vector<std::uint32_t> Copysets::boundaries() const {
  std::vector<std::uint32_t> begins;
  begins.reserve(sets_.size());
  for (std::uint64_t set = 0; set < count(); ++set) {
    for (std::uint64_t turn = 0; turn < replication_; ++turn) {
      // The first position whose place is not before that of the turn.
      const std::uint64_t place = (set << 32) + ((turn << 32) + replication_ - 1) / replication_;
      begins.push_back(static_cast<std::uint32_t>((place + count() - 1) / count()));
    }
  }
  return begins;
}

}  // namespace chatsim::models
