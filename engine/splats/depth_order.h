// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/core/aligned.h"

namespace learnscope::splats {

/// Sorts splats by depth. A positive float's bits rise with it, so the order is exact: a radix sort of the bits above
/// the smallest key, in as few passes of at most 11 bits as their range needs. Stable; buffers are kept.
class DepthOrder {
 public:
  struct Entry {
    std::uint32_t key;  ///< bits of a depth > 0
    std::uint32_t splat;
  };
  /// To be filled with `count` entries before sort().
  Entry* reset(std::size_t count);
  /// Sorts the entries, nearest first, and returns them.
  const Entry* sort();
  std::size_t size() const { return size_; }

 private:
  AlignedVector<Entry> entries_, other_;
  std::size_t size_ = 0;
};

}  // namespace learnscope::splats
