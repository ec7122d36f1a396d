#include "models/service/flat_table.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <unordered_map>

using chatsim::models::FlatTable;

namespace {

struct Row {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

}  // namespace

TEST_CASE("random insertions and removals, against a map") {
  FlatTable<Row> table;
  std::unordered_map<std::uint64_t, std::uint64_t> map;
  std::mt19937_64 random(1);
  std::uint64_t wrong = 0;
  for (int i = 0; i < 300'000; ++i) {
    // Few keys and many, in multiples, so that probes run into each other.
    const std::uint64_t key = 1 + random() % (i < 150'000 ? 2000 : 60'000) * 1024;
    const auto in_map = map.find(key);
    Row* row = table.find(key);
    wrong += (row != nullptr) != (in_map != map.end());
    if (row != nullptr) {
      wrong += row->value != in_map->second;
      if (random() % 3 == 0) {
        table.erase(row);
        map.erase(in_map);
      } else {
        row->value = in_map->second = random();
      }
    } else {
      const std::uint64_t value = random();
      table.insert(Row{key, value}, [](const Row&) { return true; });
      map[key] = value;
    }
  }
  for (const auto& [key, value] : map) wrong += table.find(key) == nullptr || table.find(key)->value != value;
  CHECK(wrong == 0);
  CHECK(table.rows() == map.size());
}

TEST_CASE("rows that are no longer needed go before the table grows") {
  FlatTable<Row> table;
  constexpr std::uint64_t kept = 1000;
  for (std::uint64_t key = 1; key <= 1'000'000; ++key) {
    table.insert(Row{key, 0}, [&](const Row& row) { return row.key + kept > key; });
  }
  CHECK(table.rows() >= kept);
  CHECK(table.bytes() <= 16 * kept * sizeof(Row));
  std::uint64_t missing = 0;
  for (std::uint64_t key = 1'000'001 - kept; key <= 1'000'000; ++key) missing += table.find(key) == nullptr;
  CHECK(missing == 0);

  // When few are needed any more, it shrinks.
  for (std::uint64_t key = 2'000'000; key < 2'010'000; ++key) {
    table.insert(Row{key, 0}, [](const Row&) { return false; });
  }
  CHECK(table.bytes() <= 2048 * sizeof(Row));
}
