#include "planner/estimate/growth.hpp"

#include <algorithm>
#include <cmath>

#include "planner/estimate/forms.hpp"

namespace chatsim::planner {
namespace {

using namespace spec::literals;
using spec::Bytes;
using spec::PerSecond;
using spec::Seconds;

constexpr Seconds year = 365.25 * 1_d;

/// Rows that are there at the beginning, rows that come, and how long each is kept.
struct Table {
  const char* name;
  Bytes row;
  double rows = 0;
  PerSecond inserts{};
  std::optional<Seconds> kept{};  ///< Empty for ever.
  double copies = 1;
  int machines = 1;
  int disks = 1;
  Bytes disk_capacity{};

  Bytes bytes_after(Seconds elapsed) const {
    const Bytes came = kept ? storage_with_time_to_live(inserts, row, *kept, elapsed)
                            : storage_of_stream(inserts, row, elapsed);
    return storage_of_rows(rows, row) + came;
  }
};

std::optional<Seconds> full_after(const Table& table, Bytes capacity) {
  const Bytes at_first = replicated(table.bytes_after(0_s), table.copies);
  if (at_first >= capacity) return 0_s;
  const auto growing = replicated(storage_of_stream(table.inserts, table.row, 1_s), table.copies) / 1_s;
  if (growing.value() <= 0) return std::nullopt;
  const Seconds time = (capacity - at_first) / growing;
  return table.kept && time > *table.kept ? std::nullopt : std::optional(time);
}

TableGrowth growth_of(const Table& table, int years) {
  TableGrowth growth;
  growth.table = table.name;
  growth.per_day = storage_of_stream(table.inserts, table.row, 1_d);
  growth.per_day_replicated = replicated(growth.per_day, table.copies);
  growth.capacity = table.machines * (table.disks * table.disk_capacity);
  growth.full_after = full_after(table, growth.capacity);
  growth.machines = table.machines;
  for (int count = 1; count <= years; ++count) {
    growth.by_year.push_back(table.bytes_after(count * year));
    growth.by_year_replicated.push_back(replicated(growth.by_year.back(), table.copies));
  }
  growth.kept = growth.by_year.back();
  growth.kept_replicated = growth.by_year_replicated.back();
  growth.machines_needed = whole(growth.kept_replicated / (table.disks * table.disk_capacity));
  return growth;
}

Table table_of(const char* name, const spec::Store& store) {
  return {.name = name,
          .row = store.row,
          .copies = 1.0 * store.replication,
          .machines = store.machines,
          .disks = store.disks,
          .disk_capacity = store.disk_capacity};
}

std::vector<Table> tables(const spec::Scenario& scenario) {
  const spec::Population& population = scenario.population;
  const spec::Attachments& attachments = population.attachments;
  const PerSecond messages = spec::mean_message_rate(population);

  Table message = table_of("message", scenario.stores.message);
  message.inserts = messages;
  message.kept = population.retention;

  Table conversation = table_of("conversation", scenario.stores.conversation);
  conversation.inserts = messages * spec::conversation_rows_per_message(population);
  conversation.kept = population.retention;

  const double members = population.group_size.mean();
  Table group = table_of("group", scenario.stores.group);
  group.rows = population.groups * members;
  group.inserts = population.group_changes_per_day / population.day * spec::created_share * members;

  Table profile = table_of("profile", scenario.stores.profile);
  profile.rows = population.users;
  profile.inserts = population.profile_changes_per_day / population.day * spec::created_share;

  const spec::Blob& tier = scenario.services.blob;
  const Table blob{.name = "blob",
                   .row = spec::mean_attachment_size(attachments),
                   .inserts = messages * (attachments.share * attachments.hot_share.complement()),
                   .kept = attachments.kept,
                   .copies = spec::copies_on_disk(tier),
                   .machines = tier.machines,
                   .disks = tier.disks,
                   .disk_capacity = tier.disk_capacity};
  return {message, conversation, group, profile, blob};
}

}  // namespace

Growth growth(const spec::Scenario& scenario) {
  const Seconds longest = std::max(scenario.population.retention, scenario.population.attachments.kept);
  Growth growth;
  growth.years = static_cast<int>(std::max(1.0, whole(longest / year)));
  for (const Table& table : tables(scenario)) growth.tables.push_back(growth_of(table, growth.years));
  return growth;
}

}  // namespace chatsim::planner
