// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <memory>
#include <vector>

#include "engine/splats/rasteriser.h"
#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// Draws the splats of all layers of a scene together with the CPU rasteriser; the other marks are drawn over them.
class SplatUnderlay {
 public:
  static bool wanted(const SceneSnapshot& snapshot);
  /// `tile` of the snapshot's splats over its background, or over nothing where it is transparent; premultiplied.
  QImage draw(const SceneSnapshot& snapshot, QSize pixels, Tile tile);

 private:
  splats::Rasteriser rasteriser_;
  std::vector<std::shared_ptr<const splats::Gaussians>> shown_;  ///< the sets that the rasteriser holds
  std::shared_ptr<const splats::PreparedSplats> all_;            ///< the same together
};

/// The pinhole camera of a tile of a scene's picture, of `pixels`.
splats::SplatCamera splatCamera(const SceneSnapshot& snapshot, QSize pixels, Tile tile);

}  // namespace learnscope
