// SPDX-License-Identifier: GPL-3.0-or-later
// Counts every allocation of the program that includes it, in one source file only: it replaces operator new.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace learnscope::test {
inline std::atomic<long> allocations{0};
inline std::atomic<std::size_t> largestAllocation{0};  ///< bytes, since it was last set to 0

inline void countAllocation(std::size_t size) {
  ++allocations;
  std::size_t largest = largestAllocation;
  while (size > largest && !largestAllocation.compare_exchange_weak(largest, size)) {
  }
}
}  // namespace learnscope::test

void* operator new(std::size_t size) {
  learnscope::test::countAllocation(size);
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  learnscope::test::countAllocation(size);
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
