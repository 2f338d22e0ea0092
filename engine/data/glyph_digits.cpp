// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/glyph_digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace learnscope {
namespace {

constexpr double pi = std::numbers::pi;

struct Point {
  double x = 0, y = 0;
};
using Stroke = std::vector<Point>;

/// n + 1 points (cx + rx cos a, cy + ry sin a), a linear from a0 to a1 in degrees, appended to a stroke.
void arc(Stroke& stroke, double cx, double cy, double rx, double ry, double a0, double a1, int n) {
  for (int i = 0; i <= n; ++i) {
    const double a = (a0 + (a1 - a0) * i / n) * pi / 180;
    stroke.push_back({cx + rx * std::cos(a), cy + ry * std::sin(a)});
  }
}

Stroke arcOf(double cx, double cy, double rx, double ry, double a0, double a1, int n) {
  Stroke stroke;
  arc(stroke, cx, cy, rx, ry, a0, a1, n);
  return stroke;
}

std::vector<Stroke> six() {
  return {{{.35, .8}, {-.1, .5}, {-.4, .1}, {-.5, -.3}}, arcOf(0, -.35, .5, .45, 90, 450, 14)};
}

std::vector<Stroke> strokesOf(int digit) {
  switch (digit) {
    case 0:
      return {arcOf(0, 0, .5, .8, 90, 450, 16)};
    case 1:
      return {{{-.25, .5}, {.05, .8}, {.05, -.8}}};
    case 2: {
      Stroke stroke = arcOf(0, .4, .5, .4, 170, -30, 10);
      stroke.insert(stroke.end(), {{-.5, -.8}, {.5, -.8}});
      return {stroke};
    }
    case 3:
      return {arcOf(-.05, .4, .5, .4, 150, -90, 10), arcOf(-.05, -.4, .55, .4, 90, -150, 10)};
    case 4:
      return {{{.25, -.8}, {.25, .8}, {-.55, -.25}, {.6, -.25}}};
    case 5: {
      Stroke stroke{{.5, .8}, {-.4, .8}, {-.45, .1}};
      arc(stroke, -.02, -.3, .5, .5, 130, -150, 12);
      return {stroke};
    }
    case 6:
      return six();
    case 7:
      return {{{-.5, .8}, {.5, .8}, {-.1, -.8}}};
    case 8:
      return {arcOf(0, .42, .4, .38, 90, 450, 12), arcOf(0, -.4, .48, .42, 90, 450, 12)};
    default: {
      std::vector<Stroke> strokes = six();
      for (Stroke& stroke : strokes)
        for (Point& p : stroke) p = {-p.x, -p.y};
      return strokes;
    }
  }
}

const std::array<std::vector<Stroke>, 10>& glyphs() {
  static const std::array<std::vector<Stroke>, 10> table = [] {
    std::array<std::vector<Stroke>, 10> all;
    for (int digit = 0; digit < 10; ++digit) all[static_cast<std::size_t>(digit)] = strokesOf(digit);
    return all;
  }();
  return table;
}

Point turned(Point p, double degrees) {
  const double c = std::cos(degrees * pi / 180), s = std::sin(degrees * pi / 180);
  return {c * p.x - s * p.y, s * p.x + c * p.y};
}

/// The variation of one sample, drawn in the order of its members.
struct Variation {
  Variation(double h, RandomStream& random)
      : tilt(random.uniform(-15, 15) * h),
        sx(1 + random.uniform(-.18, .18) * h),
        sy(1 + random.uniform(-.18, .18) * h),
        shear(random.uniform(-.25, .25) * h),
        tx(random.uniform(-.14, .14) * h),
        ty(random.uniform(-.14, .14) * h),
        halfWidth(random.uniform(.06, .14)),
        ax(random.uniform(-.1, .1) * h),
        ay(random.uniform(-.1, .1) * h),
        f1(random.uniform(0, 2 * pi)),
        f2(random.uniform(0, 2 * pi)) {}

  Point apply(Point p, double rotation) const {
    const Point warped{p.x + ax * std::sin(pi * p.y + f1), p.y + ay * std::sin(pi * p.x + f2)};
    const Point placed = turned({sx * warped.x + shear * warped.y, sy * warped.y}, tilt);
    return turned({placed.x + tx, placed.y + ty}, rotation);
  }

  double tilt, sx, sy, shear, tx, ty, halfWidth, ax, ay, f1, f2;
};

struct Segment {
  Point from, along;
  double length2 = 0;
};

double distance2(const Segment& segment, double x, double y) {
  const double px = x - segment.from.x, py = y - segment.from.y;
  const double t =
      segment.length2 > 0 ? std::clamp((px * segment.along.x + py * segment.along.y) / segment.length2, 0.0, 1.0) : 0;
  const double dx = px - t * segment.along.x, dy = py - t * segment.along.y;
  return dx * dx + dy * dy;
}

}  // namespace

void drawGlyph(int digit, const GlyphOptions& options, RandomStream& random, std::span<float> pixels) {
  const int s = options.size;
  if (digit < 0 || digit > 9) throw std::invalid_argument("drawGlyph: no such digit");
  if (s < 1 || pixels.size() != static_cast<std::size_t>(s) * static_cast<std::size_t>(s))
    throw std::invalid_argument("drawGlyph: another number of pixels");
  const Variation variation(options.difficulty, random);
  std::array<Segment, 64> segments;
  std::size_t count = 0;
  for (const Stroke& stroke : glyphs()[static_cast<std::size_t>(digit)])
    for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
      const Point a = variation.apply(stroke[i], options.rotation),
                  b = variation.apply(stroke[i + 1], options.rotation);
      const Point along{b.x - a.x, b.y - a.y};
      segments[count++] = {a, along, along.x * along.x + along.y * along.y};
    }
  for (int row = 0; row < s; ++row)
    for (int column = 0; column < s; ++column) {
      const double x = s > 1 ? -1.2 + 2.4 * column / (s - 1) : 0, y = s > 1 ? 1.2 - 2.4 * row / (s - 1) : 0;
      double nearest = 1e9;
      for (std::size_t i = 0; i < count; ++i) nearest = std::min(nearest, distance2(segments[i], x, y));
      const double ink = std::clamp(1 - (std::sqrt(nearest) - variation.halfWidth) / .12, 0.0, 1.0);
      pixels[static_cast<std::size_t>(row * s + column)] =
          static_cast<float>(std::clamp(ink + .05 * random.normal(), 0.0, 1.0));
    }
}

}  // namespace learnscope
