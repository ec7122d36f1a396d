#include "sim/kernel/arena.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <set>
#include <vector>

#include "sim/kernel/check.hpp"

using namespace chatsim::sim;

namespace {

constexpr BlockKind kind = BlockKind::first_of_resources;
constexpr BlockKind other_kind = BlockKind::first_of_models;

BlockHeader* record(std::size_t bytes, BlockKind block_kind = kind) {
  return arena.allocate(bytes, block_kind, Arena::Use::record);
}
BlockHeader* frame(std::size_t bytes) { return arena.allocate(bytes, kind, Arena::Use::frame); }

}  // namespace

TEST_CASE("blocks of every size start on a granule, do not overlap and keep what is written") {
  std::vector<std::pair<BlockHeader*, std::size_t>> blocks;
  for (std::size_t bytes = sizeof(BlockHeader); bytes <= Arena::largest_block; bytes += 40) {
    for (const auto use : {Arena::Use::frame, Arena::Use::record}) {
      BlockHeader* block = arena.allocate(bytes, kind, use);
      std::memset(static_cast<void*>(block + 1), static_cast<int>(blocks.size() % 251),
                  bytes - sizeof(BlockHeader));
      blocks.emplace_back(block, bytes);
    }
  }
  bool intact = true;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [block, bytes] = blocks[i];
    intact = intact && block->kind == kind && arena.at(arena.index_of(block)) == block;
    const auto* body = reinterpret_cast<const unsigned char*>(block + 1);
    for (std::size_t k = 0; k < bytes - sizeof(BlockHeader); ++k) intact = intact && body[k] == i % 251;
  }
  CHECK(intact);
  for (const auto& [block, bytes] : blocks) arena.release(block);
}

TEST_CASE("the last block released is the next allocated, within its size and its use") {
  BlockHeader* a = record(100);
  BlockHeader* b = record(100);
  BlockHeader* other_size = record(200);
  arena.release(other_size);
  arena.release(a);
  arena.release(b);
  CHECK(record(120) == b);  // 100 and 120 bytes are both two granules.
  CHECK(record(65) == a);
  CHECK(record(200) == other_size);
  for (BlockHeader* block : {a, b, other_size}) arena.release(block);
}

TEST_CASE("a handle is stale from the release on, also after its block is reused") {
  BlockHeader* block = record(100);
  const Handle first = arena.handle_of(block);
  CHECK(arena.alive(first));
  arena.release(block);
  CHECK_FALSE(arena.alive(first));
  REQUIRE(record(100) == block);
  const Handle second = arena.handle_of(block);
  CHECK(first.block == second.block);
  CHECK_FALSE(first == second);
  CHECK_FALSE(arena.alive(first));
  CHECK(arena.alive(second));
  for (int life = 0; life < 1'000; ++life) {
    arena.release(block);
    REQUIRE(record(100) == block);
  }
  CHECK(arena.handle_of(block).generation == second.generation + 1'000);
  arena.release(block);
}

TEST_CASE("no handle names no block: it is not alive") {
  CHECK_FALSE(Handle{});
  CHECK_FALSE(arena.alive(Handle{}));
}

TEST_CASE("a new block has a clean state and step") {
  BlockHeader* block = record(100);
  block->state = 7;
  block->step = 9;
  arena.release(block);
  REQUIRE(record(100) == block);
  CHECK(block->state == 0);
  CHECK(block->step == 0);
  arena.release(block);
}

TEST_CASE("frames and records never share memory") {
  std::set<BlockHeader*> frames;
  for (int i = 0; i < 3'000; ++i) frames.insert(frame(100));
  CHECK(frames.size() == 3'000);
  for (BlockHeader* block : frames) arena.release(block);
  std::vector<BlockHeader*> records;
  std::size_t shared = 0;
  for (int i = 0; i < 5'000; ++i) shared += frames.count(records.emplace_back(record(100)));
  CHECK(shared == 0);
  for (BlockHeader* block : records) arena.release(block);
}

TEST_CASE("live() counts what lives, and memory is used again") {
  const std::size_t before = arena.live();
  const std::size_t most = 20'000;
  std::size_t reserved = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<BlockHeader*> blocks;
    for (std::size_t i = 0; i < most; ++i) blocks.push_back(record(300));
    CHECK(arena.live() == before + most);
    for (BlockHeader* block : blocks) arena.release(block);
    CHECK(arena.live() == before);
    if (round == 0) reserved = arena.bytes_reserved();
  }
  CHECK(arena.bytes_reserved() == reserved);
}

TEST_CASE("for_each_live visits the live blocks of one kind in order of address") {
  std::set<BlockHeader*> expected;
  std::vector<BlockHeader*> others;
  for (std::size_t i = 0; i < 4'000; ++i) {
    const std::size_t bytes = 16 + i * 61 % (Arena::largest_block - 15);
    expected.insert(record(bytes, other_kind));
    expected.insert(arena.allocate(bytes, other_kind, Arena::Use::frame));
    others.push_back(record(bytes));
  }
  std::size_t count = 0;
  for (auto position = expected.begin(); position != expected.end();) {
    if (++count % 3 != 0) {
      ++position;
      continue;
    }
    arena.release(*position);
    position = expected.erase(position);
  }
  std::vector<BlockHeader*> visited;
  arena.for_each_live(other_kind, [&](BlockHeader* block) { visited.push_back(block); });
  CHECK(visited == std::vector<BlockHeader*>(expected.begin(), expected.end()));
  for (BlockHeader* block : expected) arena.release(block);
  for (BlockHeader* block : others) arena.release(block);
}

TEST_CASE("the largest block is 8 kB; a larger one is a bug that is told") {
  BlockHeader* block = frame(Arena::largest_block);
  std::memset(static_cast<void*>(block + 1), 1, Arena::largest_block - sizeof(BlockHeader));
  arena.release(block);
  CHECK_THROWS_AS(frame(Arena::largest_block + 1), InternalError);
  CHECK_THROWS_WITH(record(Arena::largest_block + 1),
                    Catch::Contains("a block of 8256 bytes; the largest is 8192"));
}
