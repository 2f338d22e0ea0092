// SPDX-License-Identifier: GPL-3.0-or-later
// Counts every allocation of the program that includes it, in one source file only: it replaces operator new.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

namespace learnscope::test {
inline std::atomic<long> allocations{0};
}

void* operator new(std::size_t size) {
  ++learnscope::test::allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++learnscope::test::allocations;
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
