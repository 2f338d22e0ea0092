// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/paths.h"

#include <algorithm>
#include <array>

namespace learnscope {
namespace {

Vec3 between(Vec3 a, Vec3 b, double t) { return a + (b - a) * t; }

/// Barry and Goldman's pyramid for the knots t0..t3 = sums of square roots of the distances.
Vec3 catmullRom(const std::array<Vec3, 4>& p, double share) {
  std::array<double, 4> t{};
  for (std::size_t i = 1; i < 4; ++i) t[i] = t[i - 1] + std::sqrt(std::max(length(p[i] - p[i - 1]), 1e-9));
  const double u = t[1] + share * (t[2] - t[1]);
  const auto mix = [&](Vec3 a, Vec3 b, std::size_t from, std::size_t to) {
    return between(a, b, (u - t[from]) / (t[to] - t[from]));
  };
  const Vec3 a1 = mix(p[0], p[1], 0, 1), a2 = mix(p[1], p[2], 1, 2), a3 = mix(p[2], p[3], 2, 3);
  return mix(mix(a1, a2, 0, 2), mix(a2, a3, 1, 3), 1, 2);
}

}  // namespace

std::vector<Vec3> curveThrough(const std::vector<Vec3>& points, int pieces) {
  std::vector<Vec3> knots;
  for (const Vec3& p : points)
    if (knots.empty() || length(p - knots.back()) > 1e-6) knots.push_back(p);
  if (knots.size() < 3 || pieces < 2) return knots;
  std::vector<Vec3> curve;
  const std::size_t n = knots.size();
  for (std::size_t i = 0; i + 1 < n; ++i) {
    // Ends are continued in a straight line.
    const Vec3 before = i > 0 ? knots[i - 1] : knots[0] * 2 - knots[1];
    const Vec3 after = i + 2 < n ? knots[i + 2] : knots[n - 1] * 2 - knots[n - 2];
    for (int k = 0; k < pieces; ++k)
      curve.push_back(catmullRom({before, knots[i], knots[i + 1], after}, static_cast<double>(k) / pieces));
  }
  curve.push_back(knots.back());
  return curve;
}

std::vector<PathPiece> dashes(const std::vector<Vec3>& path, double on, double off) {
  std::vector<double> along(path.size(), 0.0);
  for (std::size_t i = 1; i < path.size(); ++i) along[i] = along[i - 1] + length(path[i] - path[i - 1]);
  std::vector<PathPiece> pieces;
  const double whole = along.empty() ? 0 : along.back();
  if (!(whole > 0)) return pieces;
  const auto at = [&](double s) {
    const auto after = std::upper_bound(along.begin() + 1, along.end() - 1, s) - along.begin();
    const auto i = static_cast<std::size_t>(after);
    const double gap = along[i] - along[i - 1];
    return gap > 0 ? between(path[i - 1], path[i], (s - along[i - 1]) / gap) : path[i];
  };
  for (int k = 0; k * (on + off) < whole - 1e-9; ++k) {
    const double from = k * (on + off), to = std::min(from + on, whole);
    PathPiece piece{{at(from)}, from / whole, to / whole};
    for (std::size_t i = 0; i < path.size(); ++i)
      if (along[i] > from + 1e-9 && along[i] < to - 1e-9) piece.points.push_back(path[i]);
    piece.points.push_back(at(to));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace learnscope
