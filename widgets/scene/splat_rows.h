// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <memory>
#include <vector>

#include "engine/splats/gaussians.h"
#include "widgets/model/binding.h"
#include "widgets/scene/vec3.h"

namespace learnscope {

/// The splats of a binding [n][14], rows x y z, opacity, scales, quaternion w x y z, r g b; rows that are not finite or
/// have no size are left out.
struct SplatRows {
  std::shared_ptr<const splats::Gaussians> splats;
  std::vector<std::size_t> rows;  ///< of each splat
  std::vector<Vec3> places;
  Vec3 top;  ///< above the middle of all, as high as the highest
};

/// Moved by `at`, opacities times `opacity`; `tints` by row instead of their own colours, or empty.
SplatRows readSplatRows(const Bound& rows, Vec3 at, double opacity, const std::vector<QColor>& tints);

}  // namespace learnscope
