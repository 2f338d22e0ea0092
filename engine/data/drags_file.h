// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/data/parts_file.h"

namespace learnscope {

/// Drags as a user draws them on a picture: `<name>.drags.json`, {"view": 0, "size": [512, 512], "drags": [{"start":
/// [x, y], "end": [x, y]}]}, pixels from the upper left corner; a drag may name its "part".
struct PictureDrags {
  static constexpr int kAnyPart = -1;
  struct Item {
    std::array<double, 2> start{}, end{};
    int part = kAnyPart;  ///< the one under its start
  };
  int view = 0;  ///< 0..7, of the lab's cameras
  std::array<int, 2> size{512, 512};
  std::vector<Item> drags;
};

/// Reads 1 to 64 drags. Refused by their index: places outside the picture (with `clamp` they are moved to its edge),
/// an end that is the start, and, where there are `parts`, a part that there is not or that cannot move. Throws
/// DataError naming file and place, IoError.
PictureDrags readDrags(const std::string& path, bool clamp, const ObjectParts* parts = nullptr);
/// Throws IoError.
void writeDrags(const std::string& path, const PictureDrags& drags);

/// The official code's propagated_indices.npy, int64 [n, 2] of row and column in a picture of `size` pixels: the first
/// drag's displacement at each of these places, at most 64 of them spread over the file. Throws DataError, IoError.
PictureDrags propagated(const PictureDrags& drags, const std::string& path);

}  // namespace learnscope
