#include "sim/kernel/arena.hpp"

#include <sys/mman.h>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include "sim/kernel/check.hpp"

namespace chatsim::sim {

Arena arena;

Arena::Arena() {
  void* range = mmap(nullptr, reserved_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) throw std::bad_alloc();
  // Requests touch blocks at random: with small pages every one of them would be a TLB miss as well.
  madvise(range, reserved_bytes, MADV_HUGEPAGE);
  base_ = static_cast<std::byte*>(range);
  at(0)->generation = 1;  // No handle names no block: it is not alive.
  static constexpr std::array<std::uint32_t, classes_per_use> granules = {1,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                                                          10, 11, 12, 13, 14, 15, 16, 32, 64, 128};
  for (unsigned i = 0; i < classes_per_use; ++i) granules_[i] = granules_[i + classes_per_use] = granules[i];
}

Arena::~Arena() { munmap(base_, reserved_bytes); }

unsigned Arena::class_of_large(std::size_t granules) {
  CHATSIM_CHECK(granules <= 128, "a block of {} bytes; the largest is {}", granules * granule, largest_block);
  return granules <= 32 ? 17 : granules <= 64 ? 18 : 19;
}

std::uint32_t Arena::refill(unsigned size_class) {
  CHATSIM_CHECK((std::size_t{top_} + granules_per_slab) * granule <= reserved_bytes,
                "{} live blocks fill the {} bytes reserved", live_, reserved_bytes);
  const std::uint32_t first = top_;
  top_ += granules_per_slab;
  slab_class_.push_back(static_cast<std::uint8_t>(size_class));
  const std::uint32_t step = granules_[size_class];
  std::uint32_t next = 0;
  for (std::uint32_t i = granules_per_slab / step; i-- > 0;) {
    BlockHeader* header = at(first + i * step);
    header->next = next;
    next = first + i * step;
    header->size_class = static_cast<std::uint8_t>(size_class);
    poison(header, size_class);
  }
  return next;
}

#if defined(__SANITIZE_ADDRESS__)
void Arena::poison(BlockHeader* header, unsigned size_class) const {
  if (size_class >= classes_per_use) return;  // A record keeps generations inside.
  ASAN_POISON_MEMORY_REGION(header + 1, granules_[size_class] * granule - sizeof(BlockHeader));
}
void Arena::unpoison(BlockHeader* header, unsigned size_class) const {
  ASAN_UNPOISON_MEMORY_REGION(header, granules_[size_class] * granule);
}
#endif

}  // namespace chatsim::sim
