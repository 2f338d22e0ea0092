// SPDX-License-Identifier: GPL-3.0-or-later
// How mouse and keys move a camera, the same in every 3D view. Pure: each call says whether the camera was moved.
#pragma once

#include <QPointF>
#include <Qt>

#include "widgets/scene/camera.h"

namespace learnscope {

/// A drag by `delta` pixels: left orbits, middle or Shift pans, another button dollies.
void dragCamera(Camera& camera, QPointF delta, Qt::MouseButton button, Qt::KeyboardModifiers modifiers,
                Viewport viewport);

/// A turn of the wheel by `notches` over `place`: the point of the target's plane there keeps its place.
void wheelCamera(Camera& camera, double notches, QPointF place, Viewport viewport);

/// Arrows orbit, with Shift they pan; plus and minus zoom about the middle; W, S, A, D, E and Q fly. False for other
/// keys.
bool keyCamera(Camera& camera, int key, Qt::KeyboardModifiers modifiers, Viewport viewport);

}  // namespace learnscope
