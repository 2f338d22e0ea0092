// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/depth_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace learnscope::splats {
namespace {

constexpr int kMostBits = 11, kMostPasses = 3;

}  // namespace

DepthOrder::Entry* DepthOrder::reset(std::size_t count) {
  if (entries_.size() < count) {
    entries_.resize(count);
    other_.resize(count);
  }
  size_ = count;
  return entries_.data();
}

const DepthOrder::Entry* DepthOrder::sort() {
  std::uint32_t low = ~0U, high = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    low = std::min(low, entries_[i].key);
    high = std::max(high, entries_[i].key);
  }
  const int bits = size_ == 0 ? 0 : std::bit_width(high - low);
  const int passes = (bits + kMostBits - 1) / kMostBits;
  const int width = passes == 0 ? 0 : (bits + passes - 1) / passes;
  const std::uint32_t mask = (1U << width) - 1;
  // All histograms in one walk.
  std::array<std::array<std::uint32_t, 1U << kMostBits>, kMostPasses> starts{};
  for (std::size_t i = 0; i < size_; ++i) {
    std::uint32_t key = entries_[i].key - low;
    for (int pass = 0; pass < passes; ++pass, key >>= width) ++starts[static_cast<std::size_t>(pass)][key & mask];
  }
  for (int pass = 0; pass < passes; ++pass) {
    auto& start = starts[static_cast<std::size_t>(pass)];
    std::uint32_t sum = 0;
    for (std::uint32_t& count : start) sum += std::exchange(count, sum);
    const int shift = pass * width;
    Entry* const to = other_.data();
    for (std::size_t i = 0; i < size_; ++i) {
      const Entry entry = entries_[i];
      to[start[(entry.key - low) >> shift & mask]++] = entry;
    }
    entries_.swap(other_);
  }
  return entries_.data();
}

}  // namespace learnscope::splats
