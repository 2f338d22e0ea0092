// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "engine/core/aligned.h"
#include "engine/models/lane_kernels.h"

namespace learnscope {

/// Square planes of `size` x `size` pixels with a border of one zero pixel, so that 3x3 convolutions need no edge case.
/// Kernels write the inside only.
inline LaneGrid paddedGrid(int size) {
  const long row = static_cast<long>(size + 2) * kImageLanes;
  return {size, size, row * (size + 2), row, kImageLanes};
}

/// One pixel a plane: vectors of features, [plane][16].
inline LaneGrid vectorGrid() { return {1, 1, kImageLanes, kImageLanes, kImageLanes}; }

class LanePlanes {
 public:
  LanePlanes() = default;
  LanePlanes(int planes, int size)
      : grid_(paddedGrid(size)),
        data_(static_cast<std::size_t>(planes) * static_cast<std::size_t>(grid_.plane), 0.0f) {}
  const LaneGrid& grid() const { return grid_; }
  /// Pixel (0, 0) of a plane.
  float* plane(int i) { return data_.data() + grid_.row + grid_.pixel + i * grid_.plane; }
  const float* plane(int i) const { return data_.data() + grid_.row + grid_.pixel + i * grid_.plane; }
  void clear() { std::fill(data_.begin(), data_.end(), 0.0f); }

 private:
  LaneGrid grid_;
  AlignedVector<float> data_;
};

}  // namespace learnscope
