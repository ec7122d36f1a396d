#include "models/store/versions.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "sim/kernel/check.hpp"

using chatsim::models::VersionTable;

namespace {

/// What VersionTable stands for, in full: every row that ever was, with what each replica holds.
class Reference {
 public:
  struct Row {
    std::uint64_t latest = 0, committed = 0;
    std::vector<std::uint64_t> replicas;
  };
  explicit Reference(std::uint32_t replication) : replication_(replication) {}

  void begin(std::uint64_t key, std::uint64_t version) {
    Row& row = rows_[key];
    row.replicas.resize(replication_);
    row.latest = version;
  }
  void apply(std::uint64_t key, std::uint32_t replica, std::uint64_t version) {
    std::uint64_t& held = rows_[key].replicas[replica];
    held = std::max(held, version);
  }
  std::uint32_t commit(std::uint64_t key, std::uint64_t version) {
    Row& row = rows_[key];
    row.committed = std::max(row.committed, version);
    return static_cast<std::uint32_t>(
        std::count_if(row.replicas.begin(), row.replicas.end(), [&](auto held) { return held >= version; }));
  }
  const Row& row(std::uint64_t key) { return rows_[key]; }
  std::size_t divergent() const {
    std::size_t count = 0;
    for (const auto& [key, row] : rows_) {
      count += std::any_of(row.replicas.begin(), row.replicas.end(),
                           [&](auto held) { return held != row.latest; });
    }
    return count;
  }
  const std::map<std::uint64_t, Row>& rows() const { return rows_; }

 private:
  std::uint32_t replication_;
  std::map<std::uint64_t, Row> rows_;
};

struct Write {
  std::uint64_t key, version;
  std::vector<std::uint32_t> missing;  ///< Replicas that it has not reached.
  std::uint32_t arrived = 0;
};

}  // namespace

TEST_CASE("random writes that overtake each other and get lost, against a reference that keeps everything") {
  const auto [replication, keys, lost_share] =
      GENERATE(std::tuple{3, 5, 0.0}, std::tuple{3, 50, 0.01}, std::tuple{1, 20, 0.0},
               std::tuple{5, 2000, 0.2}, std::tuple{2, 100'000, 0.02}, std::tuple{15, 300, 0.01});
  CAPTURE(replication, keys, lost_share);
  VersionTable table(static_cast<std::uint32_t>(replication));
  Reference reference(static_cast<std::uint32_t>(replication));
  std::mt19937_64 random(static_cast<std::uint64_t>(keys));
  const std::uint32_t quorum = static_cast<std::uint32_t>(replication) / 2 + 1;
  std::vector<Write> under_way;
  std::uint64_t wrong_versions = 0, wrong_holders = 0, wrong_commits = 0, wrong_size = 0, last_version = 0;

  const auto check_key = [&](std::uint64_t key) {
    const Reference::Row& row = reference.row(key);
    bool agree = true;
    for (const std::uint64_t held : row.replicas) agree = agree && held == row.latest;
    for (std::uint32_t i = 0; i < row.replicas.size(); ++i) {
      const std::uint64_t shown = table.version_at(key, i);
      // A reader is owed at most what is committed: that has to compare as it would with the versions
      // themselves.
      wrong_versions += (shown >= row.committed) != (row.replicas[i] >= row.committed);
      wrong_versions += agree != (shown == VersionTable::agreed);
    }
    wrong_commits += table.committed(key) > row.committed;
    // Owed is what was committed; less will do where every replica has that anyway, from before the row was
    // retired.
    const bool all_have_it = std::all_of(row.replicas.begin(), row.replicas.end(),
                                         [&](auto held) { return held >= row.committed; });
    wrong_commits += table.committed(key) < row.committed && !all_have_it;
  };

  for (int i = 0; i < 60'000; ++i) {
    if (under_way.size() < 40 && random() % 3 == 0) {
      Write write{.key = 1 + random() % static_cast<std::uint64_t>(keys) * 977, .version = 0, .missing = {}};
      write.version = table.begin_write(write.key);
      wrong_versions += write.version <= last_version;
      last_version = write.version;
      reference.begin(write.key, write.version);
      for (std::uint32_t replica = 0; replica < static_cast<std::uint32_t>(replication); ++replica) {
        if (std::generate_canonical<double, 53>(random) >= lost_share) write.missing.push_back(replica);
      }
      std::shuffle(write.missing.begin(), write.missing.end(), random);
      if (!write.missing.empty()) under_way.push_back(write);
    } else if (!under_way.empty()) {
      const std::size_t which = random() % under_way.size();
      Write& write = under_way[which];
      const std::uint32_t replica = write.missing.back();
      write.missing.pop_back();
      table.apply(write.key, replica, write.version);
      reference.apply(write.key, replica, write.version);
      if (++write.arrived == quorum) {
        wrong_holders += table.commit(write.key, write.version) != reference.commit(write.key, write.version);
      }
      check_key(write.key);
      if (write.missing.empty()) under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
    }
    if (i % 1000 == 0) wrong_size += table.rows() != reference.divergent();
  }
  for (const auto& [key, row] : reference.rows()) check_key(key);
  CHECK(wrong_versions == 0);
  CHECK(wrong_holders == 0);
  CHECK(wrong_commits == 0);
  CHECK(wrong_size == 0);
}

TEST_CASE("a commit that comes after the row was retired and written again still finds its holders") {
  VersionTable table(3);
  const std::uint64_t first = table.begin_write(7);
  for (std::uint32_t replica = 0; replica < 3; ++replica) table.apply(7, replica, first);
  CHECK(table.rows() == 0);
  const std::uint64_t second = table.begin_write(7);
  // All three hold the first, although none holds the second yet.
  CHECK(table.commit(7, first) == 3);
  CHECK(table.committed(7) == first);
  CHECK(table.version_at(7, 0) >= first);
  CHECK(table.version_at(7, 0) < second);
  table.apply(7, 1, second);
  CHECK(table.commit(7, second) == 1);
  CHECK(table.version_at(7, 1) == second);
}

TEST_CASE("a version that nobody got is as if it had not begun") {
  VersionTable versions(3);
  versions.begin_write(7);
  versions.settle(7);
  CHECK(versions.rows() == 0);
  const std::uint64_t held = versions.begin_write(7);
  versions.apply(7, 0, held);
  versions.apply(7, 1, held);
  versions.commit(7, held);
  const std::uint64_t lost = versions.begin_write(7);
  CHECK(versions.latest(7) == lost);
  versions.settle(7);
  CHECK(versions.latest(7) == held);
  CHECK(versions.committed(7) == held);
  CHECK(versions.version_at(7, 0) == held);
  CHECK(versions.version_at(7, 2) < held);
  // It comes after all, too late.
  versions.apply(7, 2, lost);
  CHECK(versions.rows() == 1);
  versions.apply(7, 2, held);
  CHECK(versions.rows() == 0);
}

TEST_CASE("the table grows, and shrinks to nothing, without losing a row") {
  VersionTable table(3);
  constexpr std::uint64_t rows = 200'000;
  std::vector<std::uint64_t> versions(rows + 1);
  for (std::uint64_t key = 1; key <= rows; ++key) versions[key] = table.begin_write(key);
  CHECK(table.rows() == rows);
  std::uint64_t wrong = 0;
  for (std::uint64_t key = 1; key <= rows; ++key) {
    table.apply(key, key % 3, versions[key]);
    wrong += table.version_at(key, key % 3) != versions[key] ||
             table.version_at(key, (key + 1) % 3) >= versions[key];
  }
  CHECK(wrong == 0);

  // Probe chains have to survive that their members go, in any order.
  std::vector<std::uint64_t> keys(rows);
  for (std::uint64_t i = 0; i < rows; ++i) keys[i] = i + 1;
  std::shuffle(keys.begin(), keys.end(), std::mt19937_64(3));
  for (std::uint64_t gone = 0; gone < rows; ++gone) {
    for (std::uint32_t replica = 0; replica < 3; ++replica)
      table.apply(keys[gone], replica, versions[keys[gone]]);
    wrong += table.version_at(keys[gone], 0) != VersionTable::agreed;
    if (gone % 97 != 0) continue;
    for (std::uint64_t left = gone + 1; left < std::min(rows, gone + 50); ++left) {
      wrong += table.version_at(keys[left], keys[left] % 3) != versions[keys[left]];
    }
  }
  CHECK(wrong == 0);
  CHECK(table.rows() == 0);
}

TEST_CASE("a row needs a key") {
  VersionTable table(3);
  CHECK_THROWS_AS(table.begin_write(0), chatsim::sim::InternalError);
  CHECK(table.version_at(42, 0) == VersionTable::agreed);
  CHECK(table.committed(42) == 0);
}

TEST_CASE("writes of a row between two of its versions are counted, as far as the history goes") {
  VersionTable table(3);
  table.follow_writes(8);
  std::vector<std::uint64_t> versions;
  for (int i = 0; i < 3; ++i) {
    versions.push_back(table.begin_write(1));
    table.begin_write(2);
  }
  CHECK(table.writes_between(versions[0], versions[2]) == 2);
  CHECK(table.writes_between(versions[1], versions[2]) == 1);
  // Before the first one: what all agreed on, whatever its number.
  CHECK(table.writes_between(0, versions[2]) == 3);
  for (int i = 0; i < 4; ++i) table.begin_write(2);
  CHECK(table.writes_between(versions[0], versions[2]) == 2);
  for (int i = 0; i < 4; ++i) table.begin_write(2);
  CHECK(table.writes_between(versions[0], versions[2]) == 1);  // Forgotten: at least one.
  VersionTable without(3);
  without.begin_write(1);
  CHECK(without.writes_between(0, without.begin_write(1)) == 1);
}

TEST_CASE("a replica that loses its data holds nothing; what only it held is told") {
  VersionTable table(3);
  const std::uint64_t alone = table.begin_write(1);
  table.apply(1, 0, alone);
  table.commit(1, alone);
  const std::uint64_t shared = table.begin_write(2);
  table.apply(2, 0, shared);
  table.apply(2, 1, shared);
  table.commit(2, shared);
  const std::uint64_t uncommitted = table.begin_write(3);
  table.apply(3, 0, uncommitted);
  table.begin_write(4);
  std::map<std::uint64_t, std::uint64_t> gone;
  const auto index_of = [](std::uint64_t key) { return key == 4 ? std::nullopt : std::optional<std::uint32_t>(0); };
  const auto note = [&](std::uint64_t key, std::uint64_t version) { gone[key] = version; };
  table.lose(index_of, note);
  CHECK(gone == std::map<std::uint64_t, std::uint64_t>{{1, alone}});
  CHECK(table.version_at(1, 0) == 0);
  CHECK(table.holders(1, alone) == 0);
  CHECK(table.holders(2, shared) == 1);
  CHECK(table.version_at(4, 0) > 0);
  gone.clear();
  table.lose(index_of, note);
  CHECK(gone.empty());  // Once.
}

TEST_CASE("a version that nobody has is given up: a row is settled when all its replicas hold the same") {
  VersionTable table(3);
  const std::uint64_t version = table.begin_write(1);
  table.begin_write(1);
  for (std::uint32_t replica = 0; replica < 2; ++replica) table.apply(1, replica, version);
  CHECK_FALSE(table.settle(1));  // One replica lacks what the others have, but the newest version is that of those.
  CHECK(table.latest(1) == version);
  CHECK(table.rows() == 1);
  table.apply(1, 2, version);
  CHECK(table.rows() == 0);
  const std::uint64_t given_up = table.begin_write(1);
  CHECK(given_up > version);
  CHECK(table.settle(1));
  CHECK(table.rows() == 0);
  CHECK_FALSE(table.settle(1));
}
