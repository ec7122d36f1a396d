#include "planner/estimate/lines.hpp"

#include <utility>

#include "planner/estimate/named.hpp"

namespace chatsim::planner {
namespace {

using spec::Bytes;
using spec::PerSecond;
using spec::Probability;
using spec::Seconds;

double plain(double value) { return value; }
template <class Q>
double plain(spec::Quantity<Q> value) {
  return value.value();
}

/// The columns' sum, when there are all of them.
template <class Columns>
std::optional<Named<Bytes>> sum_of(const Columns& columns) {
  std::optional<Named<Bytes>> sum;
  bool complete = true;
  spec::for_each_field(columns,
                       [&](const char* name, const std::optional<Bytes>& size, spec::Bounds, const char*) {
                         if (!size) {
                           complete = false;
                           return;
                         }
                         const auto column = named(name, *size);
                         sum = sum ? *sum + column : column;
                       });
  return complete ? sum : std::nullopt;
}

/// One column of the ledger. Every member function adds the figures of one part of the service, and gives
/// what others are made of.
class Column {
 public:
  Column(const spec::Scenario& scenario, Inputs inputs)
      : scenario_(scenario),
        population_(scenario.population),
        assumed_(scenario.published.assumptions),
        inputs_(inputs) {}

  std::vector<Line> calculate() {
    rates();
    profile();
    messages();
    conversations();
    gateways();
    groups();
    blobs();
    cache();
    return std::move(lines_);
  }

 private:
  bool of_document() const { return inputs_ == Inputs::document; }

  /// The document's value where this column is the document's and it has one.
  template <class T>
  T chosen(const std::optional<T>& of_document_value, T of_scenario) const {
    return of_document() ? of_document_value.value_or(of_scenario) : of_scenario;
  }

  template <class T>
  Named<T> add(std::string name, Unit unit, const Named<T>& figure) {
    lines_.push_back({name, unit, plain(figure.value), std::nullopt, figure.names, figure.numbers});
    return figure_named(std::move(name), figure);
  }

  /// The row as its columns add up to, and then as it is calculated with.
  template <class Columns>
  Named<Bytes> add_row(const char* name, const Columns& columns, const std::optional<Bytes>& rounded,
                       const spec::Store& store, const char* path) {
    const auto sum = of_document() ? sum_of(columns) : std::nullopt;
    const auto row = add(name, Unit::bytes, sum.value_or(named(path, store.row)));
    return named(name, chosen(rounded, row.value));
  }

  Named<double> messages_per_day() const { return named("messages", population_.messages_per_day); }

  Named<double> days(Seconds kept) const {
    const double count = chosen(assumed_.days_kept, kept / population_.day);
    return named("days", count, plain_text(count) + " d");
  }

  Named<Probability> attachment_share() const {
    return named("attachment_share", population_.attachments.share);
  }

  Named<double> disks_for(const Named<Bytes>& storage, const spec::Store& store) const {
    return whole(storage * named("replication", 1.0 * store.replication) /
                 named("disk_capacity", store.disk_capacity));
  }

  static Named<double> disks_of(const spec::Store& store) {
    return named("disks_per_machine", 1.0 * store.disks);
  }

  void rates() {
    const auto day = named("day", chosen(assumed_.day, population_.day));
    message_rate_ = add("messages_per_second", Unit::per_second, messages_per_day() / day);
    add("attachments_per_day", Unit::per_day, messages_per_day() * attachment_share());
    const auto thread_rate = [&](const char* name, const char* what, const spec::Distribution& time) {
      add(name, Unit::per_second, named("1", 1.0) / named(what, Seconds{time.mean()}));
    };
    thread_rate("thread_rate_database", "stores.message.read_time", scenario_.stores.message.read_time);
    thread_rate("thread_rate_cache", "services.profile.service_time",
                scenario_.services.profile.service_time);
    thread_rate("thread_rate_app", "services.messaging.service_time",
                scenario_.services.messaging.service_time);
  }

  void profile() {
    const auto row = add_row("profile_row", scenario_.published.columns.profile, assumed_.profile_row,
                             scenario_.stores.profile, "stores.profile.row");
    profile_storage_ = add("profile_storage", Unit::bytes, named("users", population_.users) * row);
    add("profile_machines", Unit::machines, whole(message_rate_ / profile_machine_rate()));
  }

  Named<PerSecond> profile_machine_rate() const {
    if (of_document() && assumed_.reads_per_machine && assumed_.read_thread_share)
      return named("reads_per_machine", *assumed_.reads_per_machine) *
             named("read_thread_share", *assumed_.read_thread_share);
    const spec::Profile& profile = scenario_.services.profile;
    return named("threads", 1.0 * profile.threads) /
           named("service_time", Seconds{profile.service_time.mean()});
  }

  void messages() {
    const spec::Store& store = scenario_.stores.message;
    message_row_ = add_row("message_row", scenario_.published.columns.message, assumed_.message_row, store,
                           "stores.message.row");
    message_storage_ =
        add("message_storage", Unit::bytes, days(population_.retention) * messages_per_day() * message_row_);
    const auto disks = add("message_disks", Unit::disks, disks_for(message_storage_, store));
    message_machines_ = add("message_machines", Unit::machines, whole(disks / disks_of(store)));
  }

  void conversations() {
    const spec::Store& store = scenario_.stores.conversation;
    const auto row = add_row("conversation_row", scenario_.published.columns.conversation,
                             assumed_.conversation_row, store, "stores.conversation.row");
    Named<double> machines;
    if (of_document()) {
      // One row a message, so that everything is in the proportion of the rows.
      const auto ratio = named("(message_row / conversation_row)", message_row_.value / row.value);
      add("conversation_storage", Unit::bytes, message_storage_ / ratio);
      machines = whole(message_machines_ / ratio);
    } else {
      const auto rows = named("rows_per_message", spec::conversation_rows_per_message(population_));
      const auto storage = add("conversation_storage", Unit::bytes,
                               days(population_.retention) * messages_per_day() * rows * row);
      machines = whole(whole(disks_for(storage, store)) / disks_of(store));
    }
    const auto figure = add("conversation_machines", Unit::machines, machines);
    add("messaging_storage_machines", Unit::machines, message_machines_ + figure);
  }

  void gateways() {
    const spec::Gateway& gateway = scenario_.services.gateway;
    const bool by_thread = of_document() && assumed_.websockets_per_thread;
    const auto websockets = add(
        "websockets_per_machine", Unit::connections,
        by_thread ? named("threads", 1.0 * gateway.threads, plain_text(gateway.threads) + " threads") *
                        named("websockets_per_thread", *assumed_.websockets_per_thread)
                  : named("services.gateway.connections_per_machine", 1.0 * gateway.connections_per_machine));
    const auto machines =
        add("gateway_machines", Unit::machines, whole(named("users", population_.users) / websockets));
    add("gateway_machines_redundant", Unit::machines,
        whole(machines * named("(1 + spare)", 1 + assumed_.spare.value())));
  }

  void groups() {
    const spec::Store& store = scenario_.stores.group;
    const auto row = add_row("group_row", scenario_.published.columns.group, assumed_.group_row, store,
                             "stores.group.row");
    const auto members = named("group_size_max", 1.0 * population_.group_size_max);
    const auto storage =
        add("group_storage", Unit::bytes, named("groups", population_.groups) * members * row);
    add("group_storage_replicated", Unit::bytes, storage * named("replication", 1.0 * store.replication));
  }

  void blobs() {
    const spec::Attachments& attachments = population_.attachments;
    const auto largest = named("attachment_size_max", attachments.size_max);
    const auto maximum = add("blob_storage_maximum", Unit::bytes,
                             largest * attachment_share() * messages_per_day() * days(attachments.kept));
    const Probability of_scenario{spec::mean_attachment_size(attachments) / attachments.size_max};
    const auto mean = named("mean_attachment_share", chosen(assumed_.mean_attachment, of_scenario));
    const auto storage = add("blob_storage", Unit::bytes, maximum * mean);
    add("blob_storage_replicated", Unit::bytes,
        storage * named("copies", spec::copies_on_disk(scenario_.services.blob)));
  }

  void cache() {
    const CacheSize size = cache_of(profile_storage_.value);
    Line line{"cache", Unit::bytes, 0, Interval{size.low.value(), size.high.value()}, "", ""};
    const std::string share = plain_text(100 * cache_share_low.value()) + "-" + text_of(cache_share_high);
    line.formula = "profile_storage x " + share;
    line.with_numbers = profile_storage_.numbers + " x " + share;
    lines_.push_back(std::move(line));
  }

  const spec::Scenario& scenario_;
  const spec::Population& population_;
  const spec::PublishedAssumptions& assumed_;
  Inputs inputs_;
  std::vector<Line> lines_;
  Named<PerSecond> message_rate_;
  Named<Bytes> profile_storage_, message_row_, message_storage_;
  Named<double> message_machines_;
};

}  // namespace

std::vector<Line> lines(const spec::Scenario& scenario, Inputs inputs) {
  return Column(scenario, inputs).calculate();
}

}  // namespace chatsim::planner
