#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace chatsim::sim {

/// Memory for large arrays that are read at random: with pages of 4 kB nearly every access would miss the TLB as well
/// as the cache. Small allocations are ordinary ones. All begin on a cache line.
template <class T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < page) return static_cast<T*>(::operator new(bytes, alignment));
    void* memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);  // Advice: refused, it is merely slower.
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < page) {
      ::operator delete(memory, alignment);
    } else {
      std::free(memory);
    }
  }
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static constexpr std::size_t page = std::size_t{2} << 20;
  static constexpr std::align_val_t alignment{alignof(T) > 64 ? alignof(T) : 64};
};

template <class T>
using HugeVector = std::vector<T, HugePageAllocator<T>>;

/// So many objects whose bytes are all 0, of which most may never be used: memory is taken, a huge page at a time, by
/// those that are written to.
template <class T>
class SparseArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit SparseArray(std::size_t count) : bytes_(count * sizeof(T)) {
    if (count == 0) return;
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    madvise(memory, bytes_, MADV_HUGEPAGE);
    data_ = static_cast<T*>(memory);
  }
  SparseArray(SparseArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  SparseArray& operator=(SparseArray&&) = delete;
  ~SparseArray() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }

  T& operator[](std::size_t i) { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t bytes_;
};

}  // namespace chatsim::sim
