// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/data/articulated_object.h"

namespace learnscope {

/// Which part every Gaussian of an object belongs to, and how each part moves: `<name>.parts.json`,
/// {"gaussians": 512, "labels": [[part, how many in a row], ...], "joints": [{"type": "fixed"}, {"type": "revolute",
/// "origin": [x, y, z], "axis": [x, y, z], "low": 0, "high": 1.57}, ...]}, one joint a part, world units and radians.
struct ObjectParts {
  std::vector<int> labels;
  std::vector<Joint> joints;
};

/// Reads the parts of an object of `gaussians` Gaussians. Refused: other counts, labels of no part, an axis without
/// length, a joint that moves from a place to the same. Throws DataError naming file and place, IoError.
ObjectParts readParts(const std::string& path, std::size_t gaussians);
/// Throws IoError.
void writeParts(const std::string& path, const ObjectParts& parts);

}  // namespace learnscope
