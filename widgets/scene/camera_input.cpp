// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/camera_input.h"

#include <cmath>

namespace learnscope {
namespace {

constexpr double degreesPerPixel = 0.35;
constexpr double dollyPerPixel = 0.006;
constexpr double zoomPerNotch = 0.88;
constexpr double keyDegrees = 5;

}  // namespace

void dragCamera(Camera& camera, QPointF delta, Qt::MouseButton button, Qt::KeyboardModifiers modifiers,
                Viewport viewport) {
  if (button == Qt::MiddleButton || (modifiers & Qt::ShiftModifier))
    camera.pan(delta.x(), delta.y(), viewport);
  else if (button == Qt::LeftButton)
    camera.orbit(-delta.x() * degreesPerPixel, delta.y() * degreesPerPixel);
  else
    camera.dolly(std::exp(delta.y() * dollyPerPixel));
}

void wheelCamera(Camera& camera, double notches, QPointF place, Viewport viewport) {
  const double before = camera.distance;
  camera.dolly(std::pow(zoomPerNotch, notches));
  const double shift = before / camera.distance - 1;
  camera.pan(-(place.x() - viewport.width / 2) * shift, -(place.y() - viewport.height / 2) * shift, viewport);
}

bool keyCamera(Camera& camera, int key, Qt::KeyboardModifiers modifiers, Viewport viewport) {
  const double slide = 0.04 * viewport.height, flight = 0.05 * camera.distance;
  const auto turn = [&](double dx, double dy) {
    if (modifiers & Qt::ShiftModifier)
      camera.pan(-dx * slide, dy * slide, viewport);
    else
      camera.orbit(dx * keyDegrees, dy * keyDegrees);
    return true;
  };
  const auto fly = [&](double forwardBy, double rightBy, double upBy) {
    camera.fly(forwardBy * flight, rightBy * flight, upBy * flight);
    return true;
  };
  const auto zoom = [&](double notches) {
    wheelCamera(camera, notches, {viewport.width / 2, viewport.height / 2}, viewport);
    return true;
  };
  switch (key) {
    case Qt::Key_Left:
      return turn(-1, 0);
    case Qt::Key_Right:
      return turn(1, 0);
    case Qt::Key_Up:
      return turn(0, 1);
    case Qt::Key_Down:
      return turn(0, -1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(1);
    case Qt::Key_Minus:
      return zoom(-1);
    case Qt::Key_W:
      return fly(1, 0, 0);
    case Qt::Key_S:
      return fly(-1, 0, 0);
    case Qt::Key_A:
      return fly(0, -1, 0);
    case Qt::Key_D:
      return fly(0, 1, 0);
    case Qt::Key_E:
      return fly(0, 0, 1);
    case Qt::Key_Q:
      return fly(0, 0, -1);
    default:
      return false;
  }
}

}  // namespace learnscope
