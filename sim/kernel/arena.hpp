#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatsim::sim {

/// Names a block of the arena and the life it had when the handle was taken. The event queue holds handles, not
/// pointers: what died meanwhile is recognised by its generation and skipped.
struct Handle {
  std::uint32_t block = 0;
  std::uint32_t generation = 0;

  explicit operator bool() const { return block != 0; }
  friend bool operator==(Handle, Handle) = default;
};

/// What lives in a block. Further kinds belong to the rooms above the kernel (see Scheduler::set_dispatch).
enum class BlockKind : std::uint8_t { free = 0, coroutine = 1, timeout_list = 2, first_of_resources = 8, first_of_models = 12 };

/// The first 16 bytes of every block. Whatever an event needs in order to be skipped or dispatched is in the same
/// cache line as the start of what it is dispatched to.
struct alignas(16) BlockHeader {
  std::uint32_t generation;
  BlockKind kind;
  std::uint8_t size_class;
  std::uint8_t state;     ///< For the owner of the block.
  std::uint8_t step;      ///< For the owner: which step of a request its events are counted under.
  std::uint32_t machine;  ///< Where this runs: it dies with the machine.
  std::uint32_t next;     ///< The free list; in a live block whatever queue its owner keeps.
};
static_assert(sizeof(BlockHeader) == 16);

/// All coroutine frames and request records of the process, in 64-byte granules of one reserved range, so that 32
/// bits name a block and freed memory is reused while it is warm in the cache (one free list a size, last in first
/// out). A generation outlives the block it belonged to. Memory is returned only when the process ends.
class Arena {
 public:
  static constexpr std::size_t granule = 64;
  static constexpr std::size_t largest_block = 128 * granule;

  /// Blocks of different use never share memory, since a record may keep generations inside its body.
  enum class Use : std::uint8_t { frame, record };

  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// \param bytes header included, at most largest_block.
  BlockHeader* allocate(std::size_t bytes, BlockKind kind, Use use) {
    const unsigned size_class = class_of(bytes, use);
    std::uint32_t block = free_[size_class];
    if (block == 0) [[unlikely]] block = refill(size_class);
    BlockHeader* header = at(block);
    unpoison(header, size_class);
    free_[size_class] = header->next;
    __builtin_prefetch(at(header->next), 1);  // Who allocates next reads there which block is free after it.
    header->kind = kind;
    header->size_class = static_cast<std::uint8_t>(size_class);
    header->state = 0;
    header->step = 0;
    ++live_;
    return header;
  }

  /// Ends the block's life: every handle to it is stale from here on.
  void release(BlockHeader* header) {
    const unsigned size_class = header->size_class;
    ++header->generation;
    header->kind = BlockKind::free;
    header->next = free_[size_class];
    free_[size_class] = index_of(header);
    --live_;
    poison(header, size_class);
  }

  BlockHeader* at(std::uint32_t block) const {
    return reinterpret_cast<BlockHeader*>(base_ + std::size_t{block} * granule);
  }
  std::uint32_t index_of(const void* block) const {
    return static_cast<std::uint32_t>((static_cast<const std::byte*>(block) - base_) / granule);
  }
  bool alive(Handle handle) const { return at(handle.block)->generation == handle.generation; }
  Handle handle_of(const BlockHeader* header) const { return {index_of(header), header->generation}; }
  void prefetch(std::uint32_t block, unsigned granules = 1) const {
    for (unsigned i = 0; i < granules; ++i) __builtin_prefetch(base_ + std::size_t{block + i} * granule);
  }

  std::size_t live() const { return live_; }
  std::size_t bytes_reserved() const { return std::size_t{top_} * granule; }

  /// Calls visit(BlockHeader*) for every live block of a kind, in order of address. Costs a walk over all blocks:
  /// meant for what happens rarely, such as the death of a machine.
  template <class Visit>
  void for_each_live(BlockKind kind, Visit visit) {
    for (std::size_t slab = 0; slab < slab_class_.size(); ++slab) {
      const std::uint32_t step = granules_[slab_class_[slab]];
      for (std::uint32_t i = 0; i + step <= granules_per_slab; i += step) {
        BlockHeader* header = at(static_cast<std::uint32_t>(1 + slab * granules_per_slab) + i);
        if (header->kind == kind) visit(header);
      }
    }
  }

 private:
  static constexpr std::uint32_t granules_per_slab = 1024;
  static constexpr unsigned classes_per_use = 20;
  static constexpr std::size_t reserved_bytes = std::size_t{48} << 30;

  static unsigned class_of(std::size_t bytes, Use use) {
    const std::size_t granules = (bytes + granule - 1) / granule;
    const unsigned small = static_cast<unsigned>(granules);
    const unsigned size_class = granules <= 16 ? small : class_of_large(granules);
    return use == Use::frame ? size_class : size_class + classes_per_use;
  }
  static unsigned class_of_large(std::size_t granules);
  std::uint32_t refill(unsigned size_class);
  // Under the address sanitizer what was released may not be touched, except for its header.
  void poison(BlockHeader* header, unsigned size_class) const;
  void unpoison(BlockHeader* header, unsigned size_class) const;

  std::byte* base_ = nullptr;
  std::uint32_t top_ = 1;  // Granule 0 stays unused: block 0 is no block.
  std::size_t live_ = 0;
  std::array<std::uint32_t, 2 * classes_per_use> free_{};
  std::array<std::uint32_t, 2 * classes_per_use> granules_{};
  std::vector<std::uint8_t> slab_class_;
};

#if !defined(__SANITIZE_ADDRESS__)
inline void Arena::poison(BlockHeader*, unsigned) const {}
inline void Arena::unpoison(BlockHeader*, unsigned) const {}
#endif

/// The arena of this process. There is one because a coroutine's operator new has nobody to ask; SimGrid's engine is
/// one per process for the same reason.
extern Arena arena;

}  // namespace chatsim::sim
