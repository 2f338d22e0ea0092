// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// A centripetal Catmull-Rom curve through the points, `pieces` segments between neighbours: no loops or overshoots
/// where distances differ. Points closer than 1e-6 to the one before are left out.
std::vector<Vec3> curveThrough(const std::vector<Vec3>& points, int pieces);

/// Part of a path, between shares `from` and `to` of its length.
struct PathPiece {
  std::vector<Vec3> points;
  double from = 0, to = 1;
};
/// The path broken into pieces of length `on` with gaps `off`.
std::vector<PathPiece> dashes(const std::vector<Vec3>& path, double on, double off);

}  // namespace learnscope
