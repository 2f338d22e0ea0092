// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <memory>

#include "widgets/scene/gl_context.h"
#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// Turns snapshots into pictures with VTK: one object per view, all on the thread of the context. Arrays that a
/// snapshot shares with the one before are not uploaded again; those of equal size are updated in place.
class SceneRenderer {
 public:
  explicit SceneRenderer(GlContext& context);
  ~SceneRenderer();
  SceneRenderer(const SceneRenderer&) = delete;
  SceneRenderer& operator=(const SceneRenderer&) = delete;

  /// Draws `tile` of the snapshot as `pixels`, each the mean of reduce x reduce (1 or 2) drawn ones. `pixelRatio` is
  /// the number of result pixels a logical pixel has: widths of lines follow it. RGB32, or premultiplied ARGB32 when
  /// the snapshot is transparent.
  QImage render(const SceneSnapshot& snapshot, QSize pixels, double pixelRatio, int reduce, Tile tile = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Largest side that SceneRenderer::render draws at once (before reduction); larger pictures are drawn in tiles.
constexpr int largestDrawnSide = 4096;

}  // namespace learnscope
