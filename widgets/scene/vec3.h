// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope {

/// A point or direction in scene units; z is up.
struct Vec3 {
  double x = 0, y = 0, z = 0;
  bool operator==(const Vec3&) const = default;
  friend constexpr Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Vec3 operator*(Vec3 a, double s) { return {a.x * s, a.y * s, a.z * s}; }
};

constexpr double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
constexpr Vec3 cross(Vec3 a, Vec3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline double length(Vec3 a) { return std::sqrt(dot(a, a)); }
/// `fallback` where `a` has no direction.
inline Vec3 normalised(Vec3 a, Vec3 fallback = {0, 0, 1}) {
  const double n = length(a);
  return n > 1e-12 ? a * (1 / n) : fallback;
}
inline bool finite(Vec3 a) { return std::isfinite(a.x) && std::isfinite(a.y) && std::isfinite(a.z); }

/// Three floats as the graphics card wants them.
struct Vec3f {
  float x = 0, y = 0, z = 0;
  Vec3f() = default;
  Vec3f(float a, float b, float c) : x(a), y(b), z(c) {}
  explicit Vec3f(Vec3 v) : x(static_cast<float>(v.x)), y(static_cast<float>(v.y)), z(static_cast<float>(v.z)) {}
  Vec3 wide() const { return {x, y, z}; }
  bool operator==(const Vec3f&) const = default;
};

/// An axis-aligned box; empty until something is added.
struct Bounds {
  Vec3 low{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
           std::numeric_limits<double>::infinity()};
  Vec3 high{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity()};

  bool empty() const { return !(low.x <= high.x); }
  void add(Vec3 p, double margin = 0) {
    low = {std::min(low.x, p.x - margin), std::min(low.y, p.y - margin), std::min(low.z, p.z - margin)};
    high = {std::max(high.x, p.x + margin), std::max(high.y, p.y + margin), std::max(high.z, p.z + margin)};
  }
  void add(const Bounds& other) {
    if (other.empty()) return;
    add(other.low);
    add(other.high);
  }
  Vec3 centre() const { return empty() ? Vec3{} : (low + high) * 0.5; }
  /// Radius of the sphere around the box.
  double radius() const { return empty() ? 0 : length(high - low) / 2; }
  bool operator==(const Bounds&) const = default;
};

}  // namespace learnscope
