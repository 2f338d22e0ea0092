// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/scene/tessellation.h"

namespace learnscope {

/// Where and how finely a picture is drawn; all that a line of constant width on the screen depends on.
struct RibbonView {
  Camera camera;
  Viewport viewport;  ///< logical pixels
  double pixel = 1;   ///< side of one drawn pixel in logical pixels: what an edge is smoothed over
  bool whole = true;  ///< false for a tile of a large picture
  bool still = true;  ///< false for one of many: then marks may keep the form that they had in the picture before
};

/// Lines as strips that face the camera, their edges fading to alpha 0 over one drawn pixel: smooth without
/// multisampling, and far cheaper on software GL than a shader that covers the floor.
Triangles ribbons(const Lines& lines, const RibbonView& view);

/// Pictures with their frames, upright on the screen.
Triangles ribbons(const Pictures& pictures, const RibbonView& view);

/// A ground grid of thin lines, every fourth stronger, fading out towards the rim of a disc.
Triangles ribbons(const SceneFloor& floor, const RibbonView& view);

}  // namespace learnscope
