// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "engine/splats/gaussians.h"

namespace learnscope::splats {

/// Gaussians with what every picture of them needs: their world covariances Sigma = R S S^T R^T. Immutable, so it is
/// shared among threads and views.
class PreparedSplats {
 public:
  explicit PreparedSplats(Gaussians splats);

  const Gaussians& gaussians() const { return splats_; }
  std::size_t size() const { return splats_.size(); }
  /// xx, xy, xz, yy, yz, zz in squared world units.
  const std::array<AlignedVector<float>, 6>& covariance() const { return covariance_; }

 private:
  Gaussians splats_;
  std::array<AlignedVector<float>, 6> covariance_;
};

}  // namespace learnscope::splats
