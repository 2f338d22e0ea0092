// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/camera.h"

#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

constexpr double degree = std::numbers::pi / 180;

double wrapped(double degrees) {
  const double a = std::remainder(degrees, 360.0);
  return a <= -180 ? a + 360 : a;
}

/// Half heights of the picture at distance 1: {x, y}.
std::array<double, 2> halfExtent(double fieldOfView, Viewport viewport) {
  const double shorter = std::tan(fieldOfView * degree / 2);
  const double aspect = viewport.width / std::max(viewport.height, 1e-9);
  return aspect >= 1 ? std::array{shorter * aspect, shorter} : std::array{shorter, shorter / std::max(aspect, 1e-9)};
}

double number(const Json& json, const std::string& pointer, double low, double high, const char* allowed) {
  if (!json.is_number()) throw ConfigError(pointer, json.dump(), allowed);
  const double value = json.get<double>();
  if (!(value >= low && value <= high)) throw ConfigError(pointer, json.dump(), allowed);
  return value;
}

}  // namespace

Vec3 Camera::forward() const {
  const double a = azimuth * degree, e = elevation * degree;
  return {-std::cos(e) * std::cos(a), -std::cos(e) * std::sin(a), -std::sin(e)};
}

Vec3 Camera::eye() const { return target - forward() * distance; }

Vec3 Camera::right() const {
  const double a = azimuth * degree;
  return {-std::sin(a), std::cos(a), 0};
}

Vec3 Camera::up() const { return cross(right(), forward()); }

void Camera::orbit(double azimuthDegrees, double elevationDegrees) {
  azimuth = wrapped(azimuth + azimuthDegrees);
  elevation = std::clamp(elevation + elevationDegrees, -90.0, 90.0);
}

void Camera::pan(double dx, double dy, Viewport viewport) {
  const auto [halfX, halfY] = halfExtent(fieldOfView, viewport);
  const double unit = 2 * halfY * distance / std::max(viewport.height, 1.0);
  target = target - right() * (dx * unit) + up() * (dy * unit);
}

void Camera::dolly(double factor) { distance = std::clamp(distance * factor, 1e-4, 1e6); }

void Camera::fly(double forwardBy, double rightBy, double upBy) {
  target = target + forward() * forwardBy + right() * rightBy + up() * upBy;
}

void Camera::fit(const Bounds& bounds, Viewport viewport, double margin) {
  if (bounds.empty()) return;
  target = bounds.centre();
  const auto [halfX, halfY] = halfExtent(fieldOfView, viewport);
  const Vec3 r = right(), u = up(), f = forward();
  double needed = 1e-3;
  for (int corner = 0; corner < 8; ++corner) {
    const Vec3 p = Vec3{corner & 1 ? bounds.high.x : bounds.low.x, corner & 2 ? bounds.high.y : bounds.low.y,
                        corner & 4 ? bounds.high.z : bounds.low.z} -
                   target;
    const double across = std::max(std::abs(dot(p, r)) / halfX, std::abs(dot(p, u)) / halfY) / margin;
    needed = std::max(needed, across - dot(p, f));  // the corner's depth is distance + p.f
  }
  distance = std::clamp(needed, 1e-4, 1e6);
}

Camera Camera::widened(Viewport viewport) const {
  const double there = halfExtent(fieldOfView, {4, 3})[0], here = halfExtent(fieldOfView, viewport)[0];
  Camera camera = *this;
  if (here < there) camera.fieldOfView = 2 * std::atan(std::tan(fieldOfView * degree / 2) * there / here) / degree;
  return camera;
}

Matrix4 Camera::view() const {
  const Vec3 r = right(), u = up(), f = forward(), e = eye();
  return {r.x, r.y, r.z, -dot(r, e), u.x, u.y, u.z, -dot(u, e), -f.x, -f.y, -f.z, dot(f, e), 0, 0, 0, 1};
}

Matrix4 Camera::projection(Viewport viewport, double nearDistance, double farDistance, Tile tile) const {
  const auto [halfX, halfY] = halfExtent(fieldOfView, viewport);
  const double left = halfX * (2 * tile.left - 1), right = halfX * (2 * tile.right - 1);
  const double top = halfY * (1 - 2 * tile.top), bottom = halfY * (1 - 2 * tile.bottom);
  const double n = nearDistance, f = farDistance;
  return {2 / (right - left),
          0,
          (right + left) / (right - left),
          0,
          0,
          2 / (top - bottom),
          (top + bottom) / (top - bottom),
          0,
          0,
          0,
          -(f + n) / (f - n),
          -2 * f * n / (f - n),
          0,
          0,
          -1,
          0};
}

Projected Camera::project(Vec3 point, Viewport viewport) const {
  const Vec3 p = point - eye();
  const double depth = dot(p, forward());
  if (depth <= 0) return {0, 0, depth, 0};
  const auto [halfX, halfY] = halfExtent(fieldOfView, viewport);
  const double x = dot(p, right()) / (depth * halfX), y = dot(p, up()) / (depth * halfY);
  return {(x + 1) / 2 * viewport.width, (1 - y) / 2 * viewport.height, depth, viewport.height / (2 * halfY * depth)};
}

Vec3 Camera::ray(double x, double y, Viewport viewport) const {
  const auto [halfX, halfY] = halfExtent(fieldOfView, viewport);
  const double sideways = (2 * x / viewport.width - 1) * halfX, upwards = (1 - 2 * y / viewport.height) * halfY;
  return normalised(forward() + right() * sideways + up() * upwards);
}

std::array<double, 2> Camera::clipping(const Bounds& bounds) const {
  if (bounds.empty()) return {distance * 0.01, distance * 10};
  const double middle = dot(bounds.centre() - eye(), forward()), radius = std::max(bounds.radius(), 1e-6) * 1.01;
  const double far = std::max(middle + radius, distance * 0.02);
  return {std::max(middle - radius, far * 1e-3), far};
}

Json Camera::toJson() const {
  return {{"azimuth", azimuth},
          {"elevation", elevation},
          {"distance", distance},
          {"target", {target.x, target.y, target.z}},
          {"fieldOfView", fieldOfView}};
}

Camera Camera::fromJson(const Json& json, const Camera& base, const std::string& pointer) {
  if (!json.is_object()) throw ConfigError(pointer, json.dump(), "an object with azimuth, elevation, distance, target");
  Camera camera = base;
  static const std::vector<std::string> known{"azimuth",     "elevation", "distance", "target",
                                              "fieldOfView", "id",        "title"};
  for (const auto& [key, value] : json.items()) {
    const std::string at = pointer + "/" + key;
    if (key == "azimuth") {
      camera.azimuth = wrapped(number(value, at, -1e6, 1e6, "degrees"));
    } else if (key == "elevation") {
      camera.elevation = number(value, at, -90, 90, "degrees in [-90, 90]");
    } else if (key == "distance") {
      camera.distance = number(value, at, 1e-4, 1e6, "a number in [1e-4, 1e6]");
    } else if (key == "fieldOfView") {
      camera.fieldOfView = number(value, at, 1, 120, "degrees in [1, 120]");
    } else if (key == "target") {
      if (!value.is_array() || value.size() != 3) throw ConfigError(at, value.dump(), "three numbers");
      const char* allowed = "three numbers in [-1e6, 1e6]";
      camera.target = {number(value[0], at, -1e6, 1e6, allowed), number(value[1], at, -1e6, 1e6, allowed),
                       number(value[2], at, -1e6, 1e6, allowed)};
    } else if (std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string near = nearestName(key, known);
      throw ConfigError(at, key,
                        near.empty() ? "azimuth, elevation, distance, target, fieldOfView" : "did you mean " + near);
    }
  }
  return camera;
}

Camera interpolate(const Camera& a, const Camera& b, double t) {
  if (t <= 0) return a;
  if (t >= 1) return b;  // exactly: exp(log(20)) is not 20
  const auto mix = [t](double from, double to) { return from + (to - from) * t; };
  Camera c;
  c.azimuth = wrapped(a.azimuth + wrapped(b.azimuth - a.azimuth) * t);
  c.elevation = mix(a.elevation, b.elevation);
  c.distance = std::exp(mix(std::log(a.distance), std::log(b.distance)));
  c.target = a.target + (b.target - a.target) * t;
  c.fieldOfView = mix(a.fieldOfView, b.fieldOfView);
  return c;
}

}  // namespace learnscope
