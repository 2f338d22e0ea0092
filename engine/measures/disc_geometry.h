// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace learnscope {

/// What a picture of one disc shows, read off without a network: a check on what a trained probe says.
struct DiscGeometry {
  double radius = 0;  ///< half the picture is 1
  double colour = 0;  ///< blue minus red inside the disc, -1..1
};

/// Soft mask: how far each pixel's green lies from the border's median green, as a share of the farthest pixel's.
/// Radius = sqrt(area of the mask / pi), pixels being 2/(side - 1) apart; colour = mean of blue - red under the mask.
/// `image` is [3][side][side], values 0..1; a picture without contrast has radius 0.
DiscGeometry discGeometry(std::span<const float> image, int side);

}  // namespace learnscope
