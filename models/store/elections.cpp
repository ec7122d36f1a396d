#include "models/store/elections.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

constexpr unsigned cause_bits = 1;
constexpr std::uint64_t of_adoption = std::uint64_t{1} << 62;  // In Stream::leadership.

std::uint8_t step() { return static_cast<std::uint8_t>(Step::election); }

}  // namespace

Elections::Elections(Context& context, Leaders& leaders, VersionTable& versions, const spec::Store& store)
    : context_(context),
      leaders_(leaders),
      versions_(versions),
      spec_(store),
      write_time_(store.write_time),
      vote_server_(context.world.rpc.add_server(serve_vote, this)),
      adopt_server_(context.world.rpc.add_server(serve_adopted, this)) {
  leaders.on_leaderless = [this](Leaders::Range& range) {
    range.electing = true;
    rows_missing_ = true;
    sim::spawn(sim::no_machine, elect(range.number));
  };
}

/// While an election is under way a range stays where it is: only who ends it may forget it.
sim::Task<void> Elections::elect(std::uint32_t number) {
  Leaders::Range& range = *leaders_.by_number(number);
  const sim::Time last = *std::max_element(range.heard.begin(), range.heard.begin() + leaders_.replication());
  sim::Time until = std::max(context_.world.scheduler.now(), last + leaders_.patience(range));
  while (!range.in_contact) {
    co_await sim::sleep(context_.world.scheduler, until - context_.world.scheduler.now());
    for (unsigned i = 0; i < leaders_.replication() && !range.in_contact; ++i) {
      if (!context_.world.fleet[leaders_.machine(range, i)].up || !leaders_.has_data(range, i)) continue;
      if (leaders_.is_patient(range, i)) continue;
      const bool won = co_await stand(number, i, Leaders::Cause::election);
      if (!won) leaders_.count_failed_election();
      // Who won and has lost its majority again may have taken writes meanwhile: the next one looks at all rows anew.
      if (won && !range.in_contact) rows_missing_ = true;
    }
    until = context_.world.scheduler.now() + leaders_.patience(range);
  }
  range.electing = false;
}

void Elections::transfer(Leaders::Range& range) {
  range.electing = true;
  range.led[range.leader] = Leaders::none;
  leaders_.begin_without_leader(range);
  rows_missing_ = true;
  sim::spawn(sim::no_machine, give_back(range.number));
}

sim::Task<void> Elections::give_back(std::uint32_t number) {
  Leaders::Range& range = *leaders_.by_number(number);
  co_await sim::sleep(context_.world.scheduler,
                      context_.world.wire.latency(leaders_.machine(range, range.leader), leaders_.machine(range, 0)));
  const bool won = co_await stand(number, 0, Leaders::Cause::transfer);
  range.electing = false;
  won ? leaders_.count_transfer() : leaders_.count_failed_election();
  if (!range.in_contact) leaders_.look_at(range);
}

/// Of one replica: asks for votes, and leads if a majority gives them and takes what it adopts.
sim::Task<bool> Elections::stand(std::uint32_t number, unsigned candidate, Leaders::Cause cause) {
  Leaders::Range& range = *leaders_.by_number(number);
  const sim::MachineIndex self = leaders_.machine(range, candidate);
  const std::uint8_t deaths = context_.world.fleet[self].deaths;
  const Leaders::Term term = range.known[candidate] + 1;
  const auto is_over = [&] {
    const sim::Machine& machine = context_.world.fleet[self];
    return !machine.up || machine.deaths != deaths || range.known[candidate] != term;
  };
  // Who finds no majority does not even raise its term (Raft's pre-vote): it would only disturb when it is back.
  unsigned reached = 0;
  for (unsigned i = 0; i < leaders_.replication(); ++i)
    reached += leaders_.reach_each_other(self, leaders_.machine(range, i));
  if (reached < leaders_.majority()) co_return false;
  range.known[candidate] = range.voting = term;
  range.votes = static_cast<std::uint8_t>(1U << candidate);
  if (leaders_.majority() > 1) {
    const sim::CallOptions options{.server = vote_server_,
                                   .request_bytes = context_.bytes(spec::Bytes{0}),
                                   .argument = number,
                                   .value = std::uint64_t{term} << cause_bits | (cause == Leaders::Cause::transfer)};
    const sim::Reply votes = co_await ask(range, candidate, options, sim::Duration{});
    if (votes.outcome != sim::Outcome::ok || is_over()) co_return false;
  }
  gather_rows();
  const std::vector<Adopted> rows = to_adopt(range, candidate);
  if (!rows.empty() && leaders_.majority() > 1) {
    adopted_[number] = rows;
    const sim::CallOptions options{
        .server = adopt_server_,
        .request_bytes = context_.bytes(static_cast<double>(rows.size()) * spec_.row),
        .argument = number,
        .value = term};
    const sim::Draw draw = context_.draw(Stream::leadership, of_adoption | number, term);
    const sim::Reply taken = co_await ask(range, candidate, options, write_time_.sample(draw));
    adopted_.erase(number);
    if (taken.outcome != sim::Outcome::ok || is_over()) co_return false;
  }
  for (const Adopted& row : rows) versions_.apply(row.key, candidate, row.version);
  leaders_.win(range, candidate, term);
  co_return true;
}

/// Asks the other replicas; goes on when so many agree that it is a majority with the candidate.
sim::Call Elections::ask(const Leaders::Range& range, unsigned candidate, sim::CallOptions options,
                         sim::Duration service) {
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  unsigned count = 0;
  for (unsigned i = 0; i < leaders_.replication(); ++i) {
    if (i != candidate) legs[count++] = {leaders_.machine(range, i), service};
  }
  options.client = leaders_.machine(range, candidate);
  options.step = step();
  options.needed = static_cast<std::uint8_t>(leaders_.majority() - 1);
  options.cpu_share = static_cast<float>(spec_.cpu_share.value());
  options.reply_bytes = context_.bytes(spec::Bytes{0});
  options.timeout = leaders_.election_timeout() + 10 * service;
  return context_.world.rpc.call(options, legs.data(), count);
}

std::optional<unsigned> Elections::replica_on(const Leaders::Range& range, sim::MachineIndex machine) const {
  for (unsigned i = 0; i < leaders_.replication(); ++i) {
    if (leaders_.machine(range, i) == machine) return i;
  }
  return std::nullopt;
}

sim::Served Elections::serve_vote(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& elections = *static_cast<Elections*>(self);
  Leaders::Range* range = elections.leaders_.by_number(static_cast<std::uint32_t>(call.argument));
  if (range == nullptr) return sim::Served::refuse;  // It was settled long ago.
  const auto replica = elections.replica_on(*range, leg.header.machine);
  const auto term = static_cast<Leaders::Term>(leg.value >> cause_bits);
  const auto cause = (leg.value & 1) != 0 ? Leaders::Cause::transfer : Leaders::Cause::election;
  const bool granted = replica && elections.leaders_.vote(*range, *replica, term, cause);
  return granted ? sim::Served::reply : sim::Served::refuse;
}

sim::Served Elections::serve_adopted(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& elections = *static_cast<Elections*>(self);
  const auto number = static_cast<std::uint32_t>(call.argument);
  Leaders::Range* range = elections.leaders_.by_number(number);
  const auto rows = elections.adopted_.find(number);
  const auto replica = range == nullptr ? std::nullopt : elections.replica_on(*range, leg.header.machine);
  if (!replica || rows == elections.adopted_.end() || range->voting != leg.value) return sim::Served::refuse;
  if (range->known[*replica] > leg.value) return sim::Served::refuse;
  range->known[*replica] = static_cast<Leaders::Term>(leg.value);
  for (const Adopted& row : rows->second) elections.versions_.apply(row.key, *replica, row.version);
  return sim::Served::reply;
}

/// Rows of which the voters' newest version is not yet on a majority of them, or not at the candidate.
std::vector<Elections::Adopted> Elections::to_adopt(const Leaders::Range& range, unsigned candidate) const {
  std::vector<Adopted> found;
  for (const std::uint64_t key : range.rows) {
    std::uint64_t newest = 0;
    unsigned holders = 0;
    for (unsigned i = 0; i < leaders_.replication(); ++i) {
      if ((range.votes >> i & 1) == 0) continue;
      const std::uint64_t version = versions_.version_at(key, i);
      if (version > newest) holders = 0;
      newest = std::max(newest, version);
      holders += version == newest;
    }
    if (newest == VersionTable::agreed) continue;
    if (holders < leaders_.majority() || versions_.version_at(key, candidate) < newest) found.push_back({key, newest});
  }
  return found;
}

void Elections::gather_rows() {
  if (!std::exchange(rows_missing_, false)) return;
  for (auto& [number, range] : leaders_.stored()) range.rows.clear();
  versions_.for_each_key([&](std::uint64_t key) {
    Leaders::Range* range = leaders_.find(position_of_row(key));
    if (range != nullptr && range->electing) range->rows.push_back(key);
  });
}

}  // namespace chatsim::models
