#include "models/gateway/gateway.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

namespace {

constexpr sim::BlockKind reading_kind{static_cast<std::uint8_t>(sim::BlockKind::first_of_models)};

/// How often a message looks whether those before it have been handed over.
constexpr sim::Duration mailbox_pause{5'000'000};

// Steps of Stream::reading for one recipient of a message.
enum Lot : std::uint32_t { reads, fetches };

}  // namespace

/// A recipient will have read a message. A million wait at a time: a record of one cache line, not a coroutine.
struct alignas(64) Gateway::Reading {
  sim::BlockHeader header;
  Receipt receipt;
};

namespace {

sim::RetryPolicy retry_policy(const spec::Scenario& scenario) {
  const spec::Retry& retry = scenario.resilience.retry;
  return {.first = scenario.population.sessions.send_retry_after,
          .multiplier = retry.multiplier,
          .longest = retry.longest,
          .jitter = retry.jitter == spec::RetryJitter::full};
}

/// The spare ones are built as well.
spec::Tier with_spare(const spec::Gateway& gateway) {
  spec::Tier tier = gateway;
  tier.machines += gateway.spare;
  return tier;
}

}  // namespace

Gateway::Gateway(Context& context, const Directory& directory, const AccessNetwork& access)
    : connections(context, directory),
      admission(context.scenario.services.gateway.login_rate, directory.all_gateways()),
      devices(context),
      context_(context),
      directory_(directory),
      access_(access),
      tier_(context, "gateway", with_spare(context.scenario.services.gateway)),
      retry_(retry_policy(context.scenario)),
      read_delay_(context.scenario.population.sessions.read_delay),
      poll_time_(context.scenario.services.gateway.transport == spec::Transport::long_polling
                     ? sim::to_duration(context.scenario.services.gateway.poll_time)
                     : sim::Duration{}),
      message_bytes_(context.bytes(context.scenario.population.message_size)),
      receipt_server_(context.world.rpc.add_server(receipt_served, this)) {
  context.world.scheduler.set_dispatch(reading_kind, reading_due, nullptr, this);
  retries_.reconfigure(context.scenario.resilience.retry.budget, tier_.machines());
  if (context.regions.one()) return;
  send_to_ack_in.resize(context.regions.count());
  for (std::uint32_t gateway = 0; gateway < tier_.machines(); ++gateway) {
    const std::uint32_t region = context.regions.of(tier_.machine(gateway));
    CHATSIM_CHECK(region == directory.region_of_gateway(gateway), "gateway {} is in region {}", gateway, region);
  }
}

void Gateway::reconfigure() {
  tier_.reconfigure(context_.scenario.services.gateway);
  connections.reconfigure(context_.scenario.services.gateway);
  admission.reconfigure(context_.scenario.services.gateway.login_rate);
  retry_ = retry_policy(context_.scenario);
  retries_.reconfigure(context_.scenario.resilience.retry.budget, tier_.machines());
}

void Gateway::begin_mailbox(UserId user) {
  if (waits_for_mailbox(user)) return;
  waiting_for_mailbox_.insert({static_cast<std::uint64_t>(user) + 1}, [](const WaitsForMailbox&) { return true; });
}

void Gateway::end_mailbox(UserId user) {
  if (const auto* row = waiting_for_mailbox_.find(static_cast<std::uint64_t>(user) + 1)) waiting_for_mailbox_.erase(row);
}

namespace {

/// A client that has sent more than once: its earlier attempts may outlast it.
class Attempts {
 public:
  Attempts(MessageId message, const std::function<void(MessageId)>& note) : message_(message), note_(note) {}
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;
  ~Attempts() {
    if (count > 1 && persisted.done) note_(message_);
  }

  Once persisted;
  int count = 0;

 private:
  MessageId message_;
  const std::function<void(MessageId)>& note_;
};

}  // namespace

sim::Task<void> Gateway::client_sends(Message message, MessageToken token) {
  Hops hops = context_.hops(message.id, Hops::of_message);
  const sim::MachineIndex machine = machine_of(message.author);
  Attempts attempts(message.id, services_.note_persisted);
  const OnceRef persisted{co_await this_task(), attempts.persisted};

  // The picture first: the message carries its URL.
  if (message.object != 0) {
    token.enter(Step::blob_create);
    const sim::Outcome uploaded = co_await services_.upload(machine, message.author, message.object);
    if (uploaded != sim::Outcome::ok) {
      token.failed(uploaded);
      co_return;
    }
    message.sent = context_.world.scheduler.now();
  }
  const int send_retries = context_.scenario.population.sessions.send_retries;
  const std::uint32_t gateway = machine - tier_.machine(0);
  retries_.note_first(gateway);
  for (int attempt = 0;; ++attempt) {
    token.enter(Step::send);
    const Deadline deadline = context_.deadline();
    sim::Reply reply =
        co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(Step::send),
                                          tier_.service_time(hops.next()) + poll_time_, tier_.cpu_share(),
                                          hops.trace());
    if (reply.outcome == sim::Outcome::ok) {
      token.enter(Step::messaging);
      ++attempts.count;
      reply = co_await services_.submit(machine, message, persisted, deadline, hops);
      if (reply.outcome == sim::Outcome::ok) break;
    }
    if (attempt == send_retries || !retries_.take(gateway)) {
      Refusal why{token.step(), reply.outcome};
      if (reply.value != 0) why = Refusal::decoded(reply.value);
      token.enter(why.step);
      token.failed(why.outcome);
      co_return;
    }
    const auto number = static_cast<std::uint32_t>(attempt);
    const sim::Draw lot = context_.draw(Stream::retry, static_cast<std::uint64_t>(message.id), number);
    co_await sim::sleep(context_.world.scheduler, retry_.pause(number, lot));
  }
  token.acknowledged();
  const sim::Time now = context_.world.scheduler.now();
  send_to_ack.record(now - message.sent);
  if (!send_to_ack_in.empty()) [[unlikely]] send_to_ack_in[context_.regions.of(machine)].record(now - message.sent);
  context_.timeline.record(Timeline::send_to_ack, now, now - message.sent);
  context_.traces.acknowledged(message, machine, now);
}

sim::Call Gateway::push(sim::MachineIndex from, std::uint32_t server, const Message& message, UserId recipient,
                        std::uint32_t index, OnceRef once, Hops& hops, Deadline deadline) {
  const sim::MachineIndex self = tier_.machine(server);
  return context_.world.rpc.call_task(
      tier_.request(from, Step::push, message_bytes_, context_.bytes(spec::Bytes{0}), deadline, hops.trace()),
      tier_.leg(self, hops),
      [&](sim::ReplyTo reply) { return show(std::move(reply), self, server, {message, recipient, index, once}); });
}

sim::Call Gateway::push_all(sim::MachineIndex from, std::uint32_t server, std::vector<Push> pushes, Hops& hops) {
  const sim::MachineIndex self = tier_.machine(server);
  const auto bytes = context_.bytes(static_cast<double>(pushes.size()) * context_.scenario.population.message_size);
  return context_.world.rpc.call_task(
      tier_.request(from, Step::push_mailbox, bytes, context_.bytes(spec::Bytes{0})), tier_.leg(self, hops),
      [&](sim::ReplyTo reply) { return show_all(std::move(reply), self, server, std::move(pushes)); });
}

sim::Call Gateway::push_batch(sim::MachineIndex from, std::uint32_t server, std::vector<Push> pushes, Hops& hops) {
  CHATSIM_CHECK(pushes.size() <= most_in_batch, "{} pushes in a batch", pushes.size());
  const sim::MachineIndex self = tier_.machine(server);
  return context_.world.rpc.call_task(
      tier_.request(from, Step::push, message_bytes_ + 8 * static_cast<std::uint32_t>(pushes.size()),
                    context_.bytes(spec::Bytes{8}), {}, hops.trace()),
      tier_.leg(self, hops),
      [&](sim::ReplyTo reply) { return show_batch(std::move(reply), self, server, std::move(pushes)); });
}

sim::Call Gateway::push_receipt(sim::MachineIndex from, std::uint32_t server, Hops& hops) {
  sim::CallOptions request =
      tier_.request(from, Step::push_receipt, context_.bytes(spec::Bytes{24}), context_.bytes(spec::Bytes{0}));
  request.server = receipt_server_;
  return context_.world.rpc.call(request, tier_.leg(tier_.machine(server), hops));
}

sim::Served Gateway::receipt_served(void* self, sim::Leg& /*leg*/, sim::CallRecord& /*call*/) {
  ++static_cast<Gateway*>(self)->receipts;
  return sim::Served::reply;
}

bool Gateway::is_first(const Push& push) {
  if (!push.once.owner_is_gone()) return push.once.first();
  return shown_late_.insert(key_of(push.message.id, push.recipient)).second;
}

void Gateway::device_shows(sim::MachineIndex self, const Push& push) {
  if (!is_first(push)) {
    ++suppressed;
    return;
  }
  const sim::Time now = context_.world.scheduler.now();
  const sim::Duration latency = now - push.message.sent;
  send_to_deliver.record(latency);
  client_to_client.record(latency + (access_.round_trip(push.message.author) + access_.round_trip(push.recipient)) / 2);
  context_.timeline.record(Timeline::send_to_deliver, now, latency);
  context_.traces.delivered(push.message, push.index, self, now);
  devices.show(push.recipient, push.message);
}

void Gateway::fetch_attachment(sim::MachineIndex self, const Push& push) {
  if (push.message.object == 0) return;
  const sim::Draw lot = context_.draw(Stream::reading, static_cast<std::uint64_t>(push.message.id), 2 * push.index + fetches);
  if (lot.uniform64(0) >= context_.scenario.population.attachments.fetched.value()) return;
  if (context_.degradation.leaves_out(Degradation::pictures)) return;
  sim::spawn(self, fetch(self, push.message.object, push.recipient));
}

sim::Task<void> Gateway::fetch(sim::MachineIndex self, std::uint64_t object, UserId recipient) {
  co_await services_.download(self, recipient, object);
}

/// The message is on the server's queue until the client has confirmed it.
sim::Task<void> Gateway::show(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server, Push push) {
  if (!connections.has_room(server) || !directory_.connected(push.recipient)) {
    reply.refuse();
    co_return;
  }
  Connections::Queued queued(connections, server);
  const sim::Time patience = context_.world.scheduler.now() + context_.timeout();
  while (waits_for_mailbox(push.recipient)) {
    if (context_.world.scheduler.now() > patience) co_return;
    co_await sim::sleep(context_.world.scheduler, mailbox_pause);
  }
  // A long-polling client that has just been answered takes no message until it asks again.
  if (const sim::Time poll = devices.next_poll(push.recipient); poll > context_.world.scheduler.now()) {
    co_await sim::sleep(context_.world.scheduler, poll - context_.world.scheduler.now());
  }
  device_shows(self, push);
  reply.ok();
  fetch_attachment(self, push);
  sim::spawn(self, client_confirms(self, push, std::move(queued)));
}

/// One push of a message for several users of the server.
sim::Task<void> Gateway::show_batch(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server,
                                    std::vector<Push> pushes) {
  std::uint64_t shown = 0;
  for (std::size_t i = 0; i < pushes.size(); ++i) {
    const Push& push = pushes[i];
    const bool waits = waits_for_mailbox(push.recipient);
    if (waits || !connections.has_room(server) || !directory_.connected(push.recipient)) continue;
    shown |= std::uint64_t{1} << i;
    device_shows(self, push);
    fetch_attachment(self, push);
    sim::spawn(self, client_confirms(self, push, Connections::Queued(connections, server)));
  }
  reply.ok(shown);
  co_return;
}

sim::Task<void> Gateway::client_confirms(sim::MachineIndex self, Push push, Connections::Queued queued) {
  const sim::Duration round_trip = access_.round_trip(push.recipient);
  if (poll_time_ > sim::Duration{}) devices.answered(push.recipient, context_.world.scheduler.now() + round_trip);
  co_await sim::sleep(context_.world.scheduler, round_trip);
  queued.leave();
  // The confirmation, and what a long-polling client asks anew.
  Hops hops = context_.hops(push.message.id, Hops::of_device(push.index));
  co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::receipt),
                                    tier_.service_time(hops.next()) + 2 * poll_time_, tier_.cpu_share());
  const Receipt receipt{push.message.id, push.message.author, push.recipient, push.index, Status::delivered};
  const sim::Draw lot = context_.draw(Stream::reading, static_cast<std::uint64_t>(push.message.id), 2 * push.index + reads);
  if (lot.uniform(3) < context_.scenario.population.sessions.read_share.value()) {
    schedule_reading(self, receipt, read_delay_.sample(lot));
  }
  if (context_.degradation.leaves_out(Degradation::receipts)) co_return;
  context_.world.rpc.post(services_.confirm(self, receipt, hops));
}

sim::Task<void> Gateway::show_all(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server,
                                  std::vector<Push> pushes) {
  const UserId recipient = pushes.front().recipient;
  if (!connections.has_room(server) || !directory_.connected(recipient)) {
    reply.refuse();
    co_return;
  }
  Connections::Queued queued(connections, server);
  std::vector<Receipt> receipts_of_all;
  receipts_of_all.reserve(pushes.size());
  for (const Push& push : pushes) {
    if (is_first(push)) {
      mailbox_wait.record(context_.world.scheduler.now() - push.message.sent);
      devices.show(recipient, push.message);
      ++mailbox_delivered;
    } else {
      ++suppressed;
    }
    fetch_attachment(self, push);
    receipts_of_all.push_back({push.message.id, push.message.author, recipient, push.index, Status::delivered});
  }
  reply.ok();

  co_await sim::sleep(context_.world.scheduler, access_.round_trip(recipient));
  queued.leave();
  const MessageId first = pushes.front().message.id;
  Hops hops = context_.hops(first, Hops::of_device(0));
  co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::receipt),
                                    tier_.service_time(hops.next()) + 2 * poll_time_, tier_.cpu_share());
  if (!context_.degradation.leaves_out(Degradation::receipts, static_cast<double>(receipts_of_all.size()))) {
    context_.world.rpc.post(services_.confirm_all(self, receipts_of_all, hops));
  }
  // A user who opens the application after a while reads what is there, all at once.
  const sim::Draw lot = context_.draw(Stream::reading, static_cast<std::uint64_t>(first), reads);
  if (lot.uniform(3) >= context_.scenario.population.sessions.read_share.value()) co_return;
  for (Receipt& receipt : receipts_of_all) receipt.status = Status::read;
  sim::spawn(self, read_mailbox(self, std::move(receipts_of_all), read_delay_.sample(lot)));
}

sim::Task<void> Gateway::read_mailbox(sim::MachineIndex self, std::vector<Receipt> receipts_of_all, sim::Duration delay) {
  co_await sim::sleep(context_.world.scheduler, delay);
  const Receipt first = receipts_of_all.front();
  if (!directory_.online(first.recipient)) co_return;
  Hops hops = context_.hops(first.message, Hops::of_reading(0));
  co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::receipt),
                                    tier_.service_time(hops.next()) + poll_time_, tier_.cpu_share());
  if (context_.degradation.leaves_out(Degradation::receipts, static_cast<double>(receipts_of_all.size()))) co_return;
  context_.world.rpc.post(services_.confirm_all(self, std::move(receipts_of_all), hops));
}

void Gateway::schedule_reading(sim::MachineIndex self, const Receipt& receipt, sim::Duration delay) {
  sim::BlockHeader* block = sim::arena.allocate(sizeof(Reading), reading_kind, sim::Arena::Use::record);
  block->machine = self;
  auto* reading = reinterpret_cast<Reading*>(block);
  reading->receipt = receipt;
  reading->receipt.status = Status::read;
  context_.world.scheduler.schedule(context_.world.scheduler.now() + delay, sim::arena.handle_of(block));
}

void Gateway::reading_due(void* self, sim::BlockHeader* block) {
  auto& gateway = *static_cast<Gateway*>(self);
  const Receipt receipt = reinterpret_cast<Reading*>(block)->receipt;
  const sim::MachineIndex machine = block->machine;
  sim::arena.release(block);
  // Who has left meanwhile reads it another time.
  if (!gateway.directory_.online(receipt.recipient) || !gateway.context_.world.fleet[machine].up) return;
  sim::spawn(machine, gateway.confirm_read(machine, receipt));
}

sim::Task<void> Gateway::confirm_read(sim::MachineIndex self, Receipt receipt) {
  Hops hops = context_.hops(receipt.message, Hops::of_reading(receipt.index));
  co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::receipt),
                                    tier_.service_time(hops.next()) + poll_time_, tier_.cpu_share());
  if (context_.degradation.leaves_out(Degradation::receipts)) co_return;
  context_.world.rpc.post(services_.confirm(self, receipt, hops));
}

/// In the steady state, what is read now was delivered up to minutes ago: at once to those who were online, to the others
/// by the mailbox, when they logged in. (Who finds an empty one reads nothing.)
void Gateway::read_earlier(Earlier earlier) {
  const spec::Population& population = context_.scenario.population;
  const double read_share = population.sessions.read_share.value();
  const double pushed = spec::message_rate(population).value() * spec::recipients_per_message(population) *
                        population.online.value();
  sim::spawn(sim::no_machine, earlier_readings(pushed * read_share, 3, [this, message = earlier.message](std::uint64_t number) {
    const Receipt receipt = message(number);
    const sim::MachineIndex machine = machine_of(receipt.recipient);
    if (context_.world.fleet[machine].up) sim::spawn(machine, confirm_read(machine, receipt));
  }));
  const double mailboxes = spec::login_rate(population).value();
  sim::spawn(sim::no_machine, earlier_readings(mailboxes * read_share, 4, [this, mailbox = earlier.mailbox](std::uint64_t number) {
    std::vector<Receipt> receipts_of_all = mailbox(number);
    if (receipts_of_all.empty()) return;
    const sim::MachineIndex machine = machine_of(receipts_of_all.front().recipient);
    if (context_.world.fleet[machine].up) sim::spawn(machine, read_mailbox(machine, std::move(receipts_of_all), {}));
  }));
}

/// About the time from a client's sending until the recipient's confirmation. What was sent that long before the run is
/// confirmed in it, though the run begins with nothing on its way.
spec::Seconds Gateway::until_confirmed() const {
  const spec::Scenario& scenario = context_.scenario;
  const spec::Access& access = scenario.population.access;
  double factor = 0;
  for (const spec::AccessClass* kind : {&access.fixed, &access.mobile, &access.slow}) {
    factor += kind->share.value() * kind->round_trip_factor;
  }
  return spec::Seconds{scenario.stores.message.write_time.mean() + scenario.stores.conversation.write_time.mean() +
                       scenario.services.profile.service_time.mean() + 3 * scenario.services.messaging.service_time.mean() +
                       access.round_trip.mean() * factor};
}

/// Of what came before the run there is ever less to be read: a Poisson process of rate `rate` x P(delay > t).
sim::Task<void> Gateway::earlier_readings(double rate, std::uint32_t hop, std::function<void(std::uint64_t number)> read) {
  if (rate <= 0) co_return;
  const spec::Distribution& read_delay = context_.scenario.population.sessions.read_delay;
  for (std::uint64_t number = 0;; ++number) {
    const sim::Draw draw = context_.draw(Stream::earlier, number, hop);
    co_await sim::sleep(context_.world.scheduler,
                        sim::to_duration(spec::Seconds{sim::negative_log(draw.bits64(0)) / rate}));
    const spec::Seconds since = sim::to_seconds(context_.world.scheduler.now()) - until_confirmed();
    const double left = 1 - read_delay.cumulative(std::max(0.0, since.value()));
    if (left < 1e-4) co_return;
    if (draw.uniform64(1) < left) read(number);
  }
}

void Gateway::begin_measuring() {
  for (sim::Histogram* histogram : {&send_to_ack, &send_to_deliver, &mailbox_wait, &client_to_client}) histogram->clear();
  for (sim::Histogram& histogram : send_to_ack_in) histogram.clear();
  suppressed = receipts = mailbox_delivered = 0;
  retries_.retries = retries_.denied = 0;
  connections.begin_measuring();
  devices.begin_measuring();
}

}  // namespace chatsim::models
