// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace learnscope {

/// An append-only sequence with one writer and any number of readers that never block it: blocks of doubling size that
/// never move, and a published count. An element that a reader sees is never changed again.
template <class T>
class AppendOnly {
 public:
  AppendOnly() = default;
  AppendOnly(const AppendOnly&) = delete;
  AppendOnly& operator=(const AppendOnly&) = delete;

  /// Elements published so far.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  bool empty() const { return size() == 0; }
  /// i < size().
  const T& operator[](std::size_t i) const {
    const auto [block, offset] = place(i);
    return blocks_[block].get()[offset];
  }
  const T& back() const { return (*this)[size() - 1]; }
  void append(T value) {
    const std::size_t n = size_.load(std::memory_order_relaxed);
    const auto [block, offset] = place(n);
    if (offset == 0) blocks_[block] = std::make_unique<T[]>(blockSize(block));
    blocks_[block].get()[offset] = std::move(value);
    size_.store(n + 1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t first = 256;
  static std::size_t blockSize(std::size_t block) { return first << block; }
  // Block b holds the indices first*(2^b - 1) .. first*(2^(b+1) - 1) - 1.
  static std::pair<std::size_t, std::size_t> place(std::size_t i) {
    std::size_t block = 0;
    for (std::size_t scaled = i / first + 1; scaled > 1; scaled >>= 1) ++block;
    return {block, i - first * ((std::size_t{1} << block) - 1)};
  }

  std::array<std::unique_ptr<T[]>, 40> blocks_;
  std::atomic<std::size_t> size_{0};
};

struct ScalarPoint {
  std::int64_t step = 0;
  double value = 0;
};
using ScalarSeries = AppendOnly<ScalarPoint>;

/// Index of the last element whose step is at or before `step`, or -1. Steps must not decrease.
template <class Sequence>
std::ptrdiff_t indexAt(const Sequence& sequence, std::int64_t step) {
  std::size_t low = 0, high = sequence.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (sequence[middle].step <= step)
      low = middle + 1;
    else
      high = middle;
  }
  return static_cast<std::ptrdiff_t>(low) - 1;
}

}  // namespace learnscope
