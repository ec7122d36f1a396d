#include "models/store/leaders.hpp"

#include <algorithm>
#include <bit>

namespace chatsim::models {

Leaders::Leaders(Context& context, const RowPlacement& ring, const Options& options)
    : context_(context),
      ring_(ring),
      options_(options),
      heartbeat_(sim::to_duration(options.leadership.heartbeat)),
      election_timeout_(sim::to_duration(options.leadership.election_timeout)),
      lease_(sim::to_duration(options.leadership.lease)),
      begins_(ring.boundaries()),
      stored_of_(options.machines),
      restarted_(options.machines, sim::Time{-2 * election_timeout_}) {
  sim::Platform& platform = context.world.platform;
  platform.on_host_up([this](sim::HostIndex host) {
    const sim::MachineIndex machine = context_.world.fleet.on_host(host);
    if (machine == sim::no_machine || machine < options_.first || machine >= options_.first + options_.machines) return;
    restarted_[machine - options_.first] = now();
  });
  // Many parts may change in one instant.
  platform.on_connectivity_changed([this] { look_soon(); });
}

void Leaders::look_soon() {
  if (!std::exchange(will_look_, true)) sim::spawn(sim::no_machine, look());
}

void Leaders::data_changed() {
  data_was_lost_ = true;
  look_soon();
}

std::uint32_t Leaders::number_of(std::uint32_t position) const {
  // What lies before the first point belongs to the range that goes round the ring's end.
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), position);
  return static_cast<std::uint32_t>((after == begins_.begin() ? begins_.end() : after) - begins_.begin() - 1);
}

Leaders::Range* Leaders::find_stored(std::uint32_t position) { return by_number(number_of(position)); }

Leaders::Range& Leaders::store_range(std::uint32_t number, const HashRing::Replicas& replicas) {
  Range& range = ranges_[number];
  range.replicas = replicas;
  range.number = number;
  range.led.fill(none);
  range.led[0] = 0;
  range.hearing = static_cast<std::uint8_t>((1U << replication()) - 1);
  ++stored_of_[replicas[0]];
  return range;
}

void Leaders::forget(std::uint32_t number) {
  const auto found = ranges_.find(number);
  --stored_of_[found->second.replicas[0]];
  ranges_.erase(found);
}

Leaders::Standing Leaders::standing(const Range* range, unsigned replica) const {
  if (range == nullptr) [[likely]] return replica == 0 ? Standing::leads : Standing::follows;
  if (!leads(*range, replica)) return Standing::follows;
  // Who was deposed and does not know it yet has been out of contact since before that.
  const bool in_contact = range->leader == replica && range->in_contact;
  return in_contact || now() <= range->heard[replica] + lease_ ? Standing::leads : Standing::lease_is_over;
}

unsigned Leaders::believed_leader(const Range* range, sim::MachineIndex coordinator) const {
  if (range == nullptr) [[likely]] return 0;
  const sim::Duration way = context_.world.wire.latency(machine(*range, range->leader), coordinator);
  return now() >= range->won + way ? range->leader : range->before;
}

std::optional<unsigned> Leaders::leader_known_to(const Range* range, unsigned replica) const {
  if (range == nullptr) return 0;
  if (range->known[replica] != range->term || !range->in_contact) return std::nullopt;
  return range->leader;
}

void Leaders::note_served(Range* range, unsigned replica) {
  if (range == nullptr) return;
  counts_.overlaps += range->led[replica] < range->served;
  range->served = std::max(range->served, range->led[replica]);
}

bool Leaders::is_patient(const Range& range, unsigned replica) const {
  const sim::Time since = std::max(range.heard[replica], restarted_[range.replicas[replica]]);
  return (range.hearing >> replica & 1) != 0 || now() < since + election_timeout_;
}

bool Leaders::vote(Range& range, unsigned replica, Term term, Cause cause) {
  if (range.known[replica] >= term || !has_data(range, replica)) return false;
  if (cause == Cause::election && is_patient(range, replica)) return false;
  range.known[replica] = term;
  if (range.voting == term) range.votes |= static_cast<std::uint8_t>(1U << replica);
  return true;
}

void Leaders::begin_without_leader(Range& range) {
  range.in_contact = false;
  if (!range.without_leader) range.without_leader = now();
}

void Leaders::end_without_leader(Range& range) {
  range.in_contact = true;
  if (!range.without_leader) return;
  const sim::Duration lasted = now() - std::max(*range.without_leader, measuring_since_);
  counts_.without_leader += lasted;
  counts_.without_leader_max = std::max(counts_.without_leader_max, lasted);
  range.without_leader.reset();
}

void Leaders::win(Range& range, unsigned replica, Term term) {
  CHATSIM_CHECK(term > range.term && term < most_terms, "term {} after {}", term, range.term);
  range.before = range.leader;
  range.leader = static_cast<std::uint8_t>(replica);
  range.term = range.known[replica] = range.led[replica] = term;
  range.won = now();
  range.hearing = 0;
  range.rows.clear();
  ++counts_.elections;
  counts_.term_max = std::max(counts_.term_max, term);
  end_without_leader(range);
  look_at(range);
}

sim::Duration Leaders::patience(const Range& range) const {
  const std::uint64_t id = std::uint64_t{options_.store} << 32 | range.number;
  const Term term = *std::max_element(range.known.begin(), range.known.end());
  const double part = context_.draw(Stream::leadership, id, term).uniform(0);
  return election_timeout_ + sim::Duration{static_cast<sim::Duration::rep>(part * static_cast<double>(election_timeout_.count()))};
}

/// Of a machine, whatever it leads.
sim::Time Leaders::last_heartbeat(sim::MachineIndex leader) const {
  constexpr std::uint64_t of_machines = std::uint64_t{1} << 63;
  const sim::Draw draw = context_.draw(Stream::leadership, of_machines | leader);
  const auto every = heartbeat_.count();
  const auto phase = static_cast<sim::Duration::rep>(draw.below(static_cast<std::uint64_t>(every), 0));
  const auto since = now().time_since_epoch().count() - phase;
  const auto ticks = since >= 0 ? since / every : -1;
  return sim::Time{sim::Duration{phase + ticks * every}};
}

sim::Task<void> Leaders::look() {
  // Until all that changes in this instant has changed.
  co_await sim::sleep(context_.world.scheduler, sim::Duration{});
  will_look_ = false;
  look_everywhere();
  if (on_change) on_change();
}

bool Leaders::has_majority(const HashRing::Replicas& replicas) const {
  const sim::MachineIndex leader = options_.first + replicas[0];
  if (!context_.world.fleet[leader].up || !options_.has_data(replicas[0])) return false;
  unsigned reached = 1;
  for (unsigned i = 1; i < replication(); ++i) reached += reach_each_other(leader, options_.first + replicas[i]);
  return reached >= majority();
}

void Leaders::look_everywhere() {
  if (!context_.world.platform.everything_on() || data_was_lost_) {
    for (std::uint32_t number = 0; number < begins_.size(); ++number) {
      const HashRing::Replicas replicas = ring_.replicas_at(begins_[number]);
      if (!has_majority(replicas) && by_number(number) == nullptr) store_range(number, replicas);
    }
  }
  for (auto& [number, range] : ranges_) look_at(range);
}

void Leaders::look_at(Range& range) {
  const unsigned leader = range.leader, n = replication();
  const auto up = [&](unsigned replica) { return context_.world.fleet[machine(range, replica)].up; };
  // Who comes back is a follower, and so is who lost its data.
  for (unsigned i = 0; i < n; ++i) {
    if (!up(i) || !has_data(range, i)) range.led[i] = none;
  }
  std::uint8_t reached = 0;
  for (unsigned i = 0; i < n; ++i) {
    const bool reaches = i == leader ? up(i) : reach_each_other(machine(range, leader), machine(range, i));
    reached |= static_cast<std::uint8_t>(reaches << i);
  }
  // A heartbeat of its brings news both ways: who hears of a newer term steps down.
  for (unsigned i = 0; i < n; ++i) {
    if ((reached >> i & 1) != 0 && leads(range, leader)) range.known[leader] = std::max(range.known[leader], range.known[i]);
  }
  const bool leads_still = leads(range, leader);
  const bool has_majority = leads_still && std::popcount(reached) >= static_cast<int>(majority());
  const sim::Time tick = last_heartbeat(machine(range, leader));
  for (unsigned i = 0; i < n; ++i) {
    const bool hears = i == leader ? has_majority : leads_still && (reached >> i & 1) != 0;
    if (hears) {
      range.known[i] = std::max(range.known[i], range.term);
    } else if ((range.hearing >> i & 1) != 0) {
      range.heard[i] = tick;
    }
    const auto bit = static_cast<std::uint8_t>(1U << i);
    range.hearing = static_cast<std::uint8_t>(hears ? range.hearing | bit : range.hearing & ~bit);
  }
  if (has_majority) {
    end_without_leader(range);
    return;
  }
  if (range.in_contact) begin_without_leader(range);
  if (!range.electing) on_leaderless(range);
}

void Leaders::begin_measuring() {
  measuring_since_ = now();
  const Term term_max = counts_.term_max;
  counts_ = {};
  counts_.term_max = term_max;
}

Leaders::Counts Leaders::counts() const {
  Counts counts = counts_;
  for (const auto& [number, range] : ranges_) {
    if (!range.without_leader) continue;
    const sim::Duration lasted = now() - std::max(*range.without_leader, measuring_since_);
    counts.without_leader += lasted;
    counts.without_leader_max = std::max(counts.without_leader_max, lasted);
  }
  return counts;
}

}  // namespace chatsim::models
