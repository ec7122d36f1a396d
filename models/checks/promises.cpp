#include "models/checks/promises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/gateway/devices.hpp"
#include "models/messaging/messaging.hpp"

namespace chatsim::models {

namespace {

/// Requests that a message may wait for until their deadlines, from when it is persisted until a device shows it: in a
/// group the fan-out, the members, the author's name and row, and the way to the member's server; the recipient's row;
/// twice the recipient's server by the cache and by its row, and a push; then, handed over, the index, the messages
/// and a push.
constexpr int deadlines_of_delivery = 5 + 1 + 2 * 3 + 3;

std::string machines(int count) { return fmt::format("{} machine{}", count, count == 1 ? "" : "s"); }

/// How late a message may be shown, all its requests answered by their deadlines.
spec::Seconds longest_way(const spec::Scenario& scenario) {
  const spec::Sessions& sessions = scenario.population.sessions;
  const spec::Seconds timeout = scenario.network.request_timeout;
  const spec::Retry& retry = scenario.resilience.retry;
  double factor = 0;
  for (int i = 0; i < sessions.send_retries; ++i) factor += std::pow(retry.multiplier, i);
  spec::Seconds pauses = sessions.send_retry_after * factor;
  if (retry.longest) pauses = std::min(pauses, sessions.send_retries * *retry.longest);
  return (sessions.send_retries + 1 + deadlines_of_delivery) * timeout + pauses +
         sim::to_seconds(Messaging::hand_over_pause);
}

/// Healthy machines that are taken for down at an instant, in the mean: so many heartbeats in a row have to be lost.
double suspected_in_vain(const spec::Scenario& scenario) {
  const spec::Control& control = scenario.control;
  if (control.detection == spec::Detection::instant) return 0;
  const double in_a_row = std::max(1.0, std::floor(control.suspect_after / control.heartbeat_every));
  return spec::machines(scenario) * std::pow(control.heartbeat_loss.value(), in_a_row);
}

/// From that on, some window of the time to settle need not be without them.
constexpr double suspected_in_vain_max = 0.1;

}  // namespace

std::string time_text(spec::Seconds time) {
  if (time.value() >= 120) return fmt::format("{:.3g} min", time.value() / 60);
  return time.value() < 0.1 ? fmt::format("{:.3g} ms", time.value() * 1e3) : fmt::format("{:.3g} s", time.value());
}

Guarantees guarantees_of(const spec::Store& store) {
  const bool leader = store.consistency == spec::Consistency::leader;
  Guarantees table{.replication = leader ? Guarantees::Replication::leader : Guarantees::Replication::quorum,
                   .replicas = store.replication,
                   .read_quorum = store.read_quorum,
                   .write_quorum = store.write_quorum,
                   .sloppy_quorum = store.repair.sloppy(),
                   .copies_answer = store.regions.copies > 0 && store.regions.failover == spec::Failover::on};
  // What was missed just before a comparison is old enough for the next one.
  if (!leader && store.repair.anti_entropy) table.repaired_within = 2 * *store.repair.anti_entropy + store.repair.after;
  return table;
}

Promise no_write_lost(const Guarantees& table, int data_losses) {
  const bool leader = table.replication == Guarantees::Replication::leader;
  const int holders = table.holders();
  const std::string by = leader ? fmt::format("committed by {} of {}", holders, table.replicas)
                                : fmt::format("W = {}", holders);
  if (holders == 1) return {false, by + ": a replica that loses its data takes acknowledged writes with it"};
  if (data_losses >= holders)
    return {false, fmt::format("{}, and {} were without their data at a time", by, machines(data_losses))};
  return {true, fmt::format("{}: acknowledged writes outlast the loss of the data of {} at a time", by,
                            machines(holders - 1))};
}

Promise no_stale_read(const Guarantees& table, int data_losses) {
  if (table.replication == Guarantees::Replication::leader) {
    if (data_losses >= table.holders())
      return {false, fmt::format("{} of {} replicas were without their data at a time", data_losses, table.replicas)};
    return {true, "the leader answers"};
  }
  const int overlap = table.read_quorum + table.write_quorum - table.replicas;
  const std::string sum = fmt::format("R + W = {} {} N = {}", table.read_quorum + table.write_quorum,
                                      overlap > 0 ? ">" : "<=", table.replicas);
  if (overlap <= 0) return {false, sum};
  if (table.copies_answer) return {false, sum + ", but another region may answer, whose copies come later"};
  if (table.sloppy_quorum) return {false, sum + ", but others may acknowledge writes in place of replicas"};
  if (data_losses >= overlap)
    return {false, fmt::format("{}, but {} without their data may be all that a read shares with a write", sum,
                               machines(data_losses))};
  return {true, sum};
}

Promise replicas_agree(const Guarantees& table, spec::Seconds quiet_for) {
  if (table.replication == Guarantees::Replication::leader)
    return {false, "leaders bring replicas what they missed, as fast as leadership.catch_up allows"};
  if (!table.repaired_within) return {false, "nothing mends a replica that missed a write"};
  const std::string within = time_text(*table.repaired_within);
  if (quiet_for < *table.repaired_within)
    return {false, fmt::format("repair takes up to {}, and there were {} for it", within, time_text(quiet_for))};
  return {true, fmt::format("replicas that missed writes are repaired within {}", within)};
}

Promise shown_once() { return {true, "copies bear the message's number, by which they are known"}; }

Promise shown_in_order(const spec::Scenario& scenario) {
  const spec::Seconds late = longest_way(scenario), put_in_place = sim::to_seconds(Devices::reorder_window);
  if (late > put_in_place)
    return {false, fmt::format("sent again or up to its deadlines a message may be {} late, devices put in its place "
                               "what is {} late",
                               time_text(late), time_text(put_in_place))};
  return {true, fmt::format("no message is more than {} late, devices put in its place what is {} late",
                            time_text(late), time_text(put_in_place))};
}

Promise every_delivery() {
  return {false, "the sender is told once the message is persisted; what fails on the way to the rows of its "
                 "recipients is not tried again"};
}

Promise heals(const spec::Scenario& scenario, const BeyondHealing& beyond) {
  if (beyond.overloaded) return {false, "an overload that keeps itself up does not end by itself"};
  if (beyond.majority_lost) return {false, "a range whose majority lost its data waits for an operator"};
  if (beyond.full) return {false, "machines whose disks are full take no rows"};
  if (const double suspected = suspected_in_vain(scenario); suspected > suspected_in_vain_max)
    return {false, fmt::format("heartbeats are lost so often that about {:.2g} healthy machines are suspected at any time",
                               suspected)};
  return {true, fmt::format("all was mended, no more messages came, and {} is time enough", time_text(scenario.faults.settle))};
}

Promise books_balance() { return {true, "each is acknowledged, delivered, kept, failed with a reason, or in flight"}; }

Promise queues_obey_little() { return {true, "the mean queue is the rate times the mean wait"}; }

}  // namespace chatsim::models
