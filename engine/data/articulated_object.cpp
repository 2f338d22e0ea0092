// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/articulated_object.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

using std::numbers::pi;

constexpr double kSize = 0.7;  // of everything, at the end
constexpr double kNormalScale = 0.012, kTangentScale = 0.62, kOpacity = 0.95;
constexpr double kGolden = 0.6180339887;

enum Faces : unsigned { x = 1, X = 2, y = 4, Y = 8, z = 16, Z = 32, All = 63 };

constexpr std::array<std::array<double, 3>, 7> kTones{{{.62, .44, .27},
                                                       {.52, .36, .22},
                                                       {.74, .58, .40},
                                                       {.42, .29, .20},
                                                       {.70, .68, .65},
                                                       {.50, .50, .52},
                                                       {.33, .34, .36}}};

double radians(double degrees) { return degrees * pi / 180; }

std::array<double, 3> fromHsv(double h, double s, double v) {
  std::array<double, 3> rgb;
  for (int c = 0; c < 3; ++c) {
    const double k = std::fmod(5 - 2 * c + 6 * h, 6);  // hue sectors of red, green, blue: 5, 3, 1
    rgb[static_cast<std::size_t>(c)] = v - v * s * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
  }
  return rgb;
}

std::array<double, 3> drawColour(ObjectPalette palette, RandomStream& random) {
  if (palette == ObjectPalette::Wide) {
    const double h = random.uniform(), s = random.uniform(.5, 1), v = random.uniform(.35, 1);
    return fromHsv(h, s, v);
  }
  std::array<double, 3> colour = kTones[random.below(kTones.size())];
  for (double& part : colour) part = std::clamp(part + 0.03 * random.normal(), 0.02, 0.98);
  return colour;
}

/// Builds one object; every box draws a colour of its own unless one is given.
class Builder {
 public:
  Builder(ObjectKind kind, ObjectPalette palette, RandomStream& random) : palette_(palette), random_(random) {
    object_.kind = kind;
    object_.joints.emplace_back();
  }

  ArticulatedObject build() {
    switch (object_.kind) {
      case ObjectKind::Drawer:
        drawers();
        break;
      case ObjectKind::Door:
        door();
        break;
      case ObjectKind::Laptop:
        laptop();
        break;
      case ObjectKind::Lid:
        lid();
        break;
      case ObjectKind::Oven:
        oven();
        break;
      case ObjectKind::Misc:
        misc();
        break;
      case ObjectKind::Multi:
        multi();
        break;
    }
    scale();
    return std::move(object_);
  }

 private:
  double draw(double low, double high) { return random_.uniform(low, high); }
  std::array<double, 3> colour() { return drawColour(palette_, random_); }
  void box(int part, Coordinates centre, Coordinates half, unsigned faces, const std::array<double, 3>& tone) {
    object_.boxes.push_back({centre, half, faces, part, tone});
  }
  void box(int part, Coordinates centre, Coordinates half, unsigned faces = All) {
    box(part, centre, half, faces, colour());
  }
  int joint(Joint::Type type, Coordinates origin, Coordinates axis, double high) {
    object_.joints.push_back({type, origin, axis, 0, high});
    return object_.parts() - 1;
  }
  void size() {
    w_ = draw(.35, .6);
    h_ = draw(.35, .65);
    d_ = draw(.3, .5);
  }
  void body() { box(0, {}, {w_, h_, d_}, x | X | y | Y | z); }

  /// A drawer whose front is centred at (cx, cy), with half sizes of the front.
  void drawer(double cx, double cy, double halfWidth, double halfHeight, const std::array<double, 3>& front) {
    const int part = joint(Joint::Type::Prismatic, {}, {0, 0, 1}, draw(1, 1.5) * d_);
    box(part, {cx, cy, d_}, {halfWidth, halfHeight, .02}, z | Z, front);
    box(part, {cx, cy - .3 * halfHeight, .5 * d_}, {.87 * halfWidth, .6 * halfHeight, .5 * d_}, x | X | y);
    box(part, {cx, cy, d_ + .05}, {.27 * halfWidth, .03, .03}, Z | y | Y);
  }

  void drawers() {
    size();
    body();
    const int n = 2 + static_cast<int>(random_.below(2));
    const auto front = colour();
    for (int i = 0; i < n; ++i) {
      const double height = .88 * h_ / n, cy = -h_ + (2 * i + 1) * h_ / n;
      const int part = joint(Joint::Type::Prismatic, {}, {0, 0, 1}, draw(1, 1.5) * d_);
      box(part, {0, cy, d_}, {.92 * w_, height, .02}, z | Z, front);
      box(part, {0, cy - .3 * height, .5 * d_}, {.8 * w_, .6 * height, .5 * d_}, x | X | y);
      box(part, {0, cy, d_ + .05}, {.25 * w_, .03, .03}, Z | y | Y);
    }
  }

  void door() {
    size();
    body();
    box(0, {}, {.9 * w_, .01, .9 * d_}, y);
    const double s = random_.below(2) ? 1 : -1;
    const int part = joint(Joint::Type::Revolute, {-s * w_, 0, d_}, {0, 1, 0}, -s * radians(draw(80, 120)));
    box(part, {0, 0, d_ + .02}, {w_, h_, .02}, z | Z);
    box(part, {.75 * s * w_, 0, d_ + .07}, {.03, .3 * h_, .03}, Z | x | X);
  }

  void laptop() {
    w_ = draw(.5, .7);
    d_ = draw(.35, .5);
    constexpr double base = -.3;
    box(0, {0, base, 0}, {w_, .03, d_});
    box(0, {0, base + .05, -.02}, {.85 * w_, .01, .6 * d_}, Y);
    const int part = joint(Joint::Type::Revolute, {0, base + .06, -d_}, {1, 0, 0}, -radians(draw(95, 125)));
    box(part, {0, base + .09, 0}, {w_, .02, d_});
    box(part, {0, base + .065, 0}, {.88 * w_, .005, .85 * d_}, y);
  }

  void lid() {
    size();
    h_ = draw(.25, .45);
    box(0, {0, -.1, 0}, {w_, h_, d_}, x | X | y | z | Z);
    const int part = joint(Joint::Type::Revolute, {0, h_ - .1, -d_}, {1, 0, 0}, -radians(draw(70, 110)));
    box(part, {0, h_ - .06, 0}, {1.03 * w_, .05, 1.03 * d_});
  }

  void oven() {
    size();
    body();
    const int part = joint(Joint::Type::Revolute, {0, -.9 * h_, d_}, {1, 0, 0}, radians(draw(70, 88)));
    box(part, {0, 0, d_ + .02}, {.95 * w_, .9 * h_, .025}, z | Z);
    box(part, {0, .6 * h_, d_ + .07}, {.6 * w_, .03, .03}, Z | y | Y);
  }

  void misc() {
    const int n = 3 + static_cast<int>(random_.below(4));
    for (int i = 0; i < n; ++i) {
      Coordinates centre, half;
      for (double& v : centre) v = draw(-.4, .4);
      for (double& v : half) v = draw(.08, .4);
      box(0, centre, half);
    }
  }

  /// A cabinet: a door over its left half, two drawers in its right half.
  void multi() {
    size();
    body();
    const int part = joint(Joint::Type::Revolute, {-w_, 0, d_}, {0, 1, 0}, -radians(draw(80, 120)));
    box(part, {-.5 * w_, 0, d_ + .02}, {.48 * w_, h_, .02}, z | Z);
    box(part, {-.1 * w_, 0, d_ + .07}, {.03, .3 * h_, .03}, Z | x | X);
    const auto front = colour();
    for (const double cy : {-.5, .5}) drawer(.5 * w_, cy * h_, .46 * w_, .44 * h_, front);
  }

  void scale() {
    for (PartBox& each : object_.boxes)
      for (std::size_t k = 0; k < 3; ++k) {
        each.centre[k] *= kSize;
        each.half[k] *= kSize;
      }
    for (Joint& each : object_.joints) {
      for (double& v : each.origin) v *= kSize;
      if (each.type == Joint::Type::Prismatic) each.high *= kSize;
    }
  }

  ArticulatedObject object_;
  ObjectPalette palette_;
  RandomStream& random_;
  double w_ = 0, h_ = 0, d_ = 0;
};

struct Panel {
  const PartBox* box;
  std::size_t axis;  // its normal
  double side;       // -1 or 1
  double area() const { return 4 * box->half[(axis + 1) % 3] * box->half[(axis + 2) % 3]; }
};

std::vector<Panel> panelsOf(const ArticulatedObject& object) {
  std::vector<Panel> panels;
  for (const PartBox& box : object.boxes)
    for (std::size_t face = 0; face < 6; ++face)
      if (box.faces >> face & 1U) panels.push_back({&box, face / 2, face % 2 ? 1.0 : -1.0});
  return panels;
}

/// `count` shared by area with the largest remainders, at least one each.
std::vector<int> sharedByArea(const std::vector<Panel>& panels, int count) {
  double total = 0;
  for (const Panel& panel : panels) total += panel.area();
  const int spare = count - static_cast<int>(panels.size());
  std::vector<int> shares(panels.size(), 1);
  std::vector<std::pair<double, std::size_t>> rests;
  int given = 0;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const double exact = spare * panels[i].area() / total;
    shares[i] += static_cast<int>(exact);
    given += static_cast<int>(exact);
    rests.emplace_back(-(exact - std::floor(exact)), i);
  }
  std::sort(rests.begin(), rests.end());
  for (int k = 0; k < spare - given; ++k) ++shares[rests[static_cast<std::size_t>(k)].second];
  return shares;
}

void appendPoint(const Panel& panel, int i, int k, std::vector<float>& out) {
  // a < b are the axes in the plane.
  const std::size_t a = panel.axis == 0 ? 1 : 0, b = panel.axis == 2 ? 1 : 2;
  const double u = (i + .5) / k, v = std::fmod(kGolden * i, 1.0);
  Coordinates p = panel.box->centre;
  p[panel.axis] += panel.side * panel.box->half[panel.axis];
  p[a] += (2 * u - 1) * panel.box->half[a];
  p[b] += (2 * v - 1) * panel.box->half[b];
  Coordinates scale;
  scale.fill(kTangentScale * std::sqrt(panel.area() / k));
  scale[panel.axis] = kNormalScale * kSize;
  const double shade =
      (1 - .12 * static_cast<double>(panel.axis)) * (1 + .18 * std::sin((9 * p[b] + 3 * p[a]) / kSize));
  for (const double value : p) out.push_back(static_cast<float>(value));
  out.push_back(static_cast<float>(kOpacity));
  for (const double value : scale) out.push_back(static_cast<float>(value));
  for (const float value : {1.0F, 0.0F, 0.0F, 0.0F}) out.push_back(value);
  for (const double channel : panel.box->colour)
    out.push_back(static_cast<float>(std::clamp(channel * shade, .02, .98)));
}

}  // namespace

std::string objectKindName(ObjectKind kind) {
  constexpr std::array<const char*, 7> names{"drawer", "door", "laptop", "lid", "oven", "misc", "multi"};
  return names[static_cast<std::size_t>(kind)];
}

Coordinates RigidMotion::operator()(const Coordinates& point) const {
  Coordinates moved;
  for (std::size_t row = 0; row < 3; ++row) {
    moved[row] = origin[row] + shift[row];
    for (std::size_t k = 0; k < 3; ++k) moved[row] += rotation[3 * row + k] * (point[k] - origin[k]);
  }
  return moved;
}

RigidMotion motionOf(const Joint& joint, double theta) {
  RigidMotion motion;
  motion.origin = joint.origin;
  const double value = joint.value(theta);
  if (joint.type == Joint::Type::Prismatic)
    for (std::size_t k = 0; k < 3; ++k) motion.shift[k] = value * joint.axis[k];
  if (joint.type != Joint::Type::Revolute) return motion;
  const double c = std::cos(value / 2), s = std::sin(value / 2);
  const double w = c, qx = s * joint.axis[0], qy = s * joint.axis[1], qz = s * joint.axis[2];
  motion.quaternion = {w, qx, qy, qz};
  motion.rotation = {1 - 2 * (qy * qy + qz * qz), 2 * (qx * qy - w * qz),      2 * (qx * qz + w * qy),
                     2 * (qx * qy + w * qz),      1 - 2 * (qx * qx + qz * qz), 2 * (qy * qz - w * qx),
                     2 * (qx * qz - w * qy),      2 * (qy * qz + w * qx),      1 - 2 * (qx * qx + qy * qy)};
  return motion;
}

ArticulatedObject makeArticulatedObject(ObjectKind kind, ObjectPalette palette, RandomStream& random) {
  return Builder(kind, palette, random).build();
}

SampledObject sampleObject(const ArticulatedObject& object, int count) {
  const std::vector<Panel> panels = panelsOf(object);
  const std::vector<int> shares = sharedByArea(panels, count);
  SampledObject sample;
  sample.gaussians.reserve(static_cast<std::size_t>(count) * SampledObject::kValues);
  for (std::size_t panel = 0; panel < panels.size(); ++panel)
    for (int i = 0; i < shares[panel]; ++i) {
      appendPoint(panels[panel], i, shares[panel], sample.gaussians);
      sample.part.push_back(panels[panel].box->part);
    }
  return sample;
}

std::vector<float> posed(const SampledObject& sample, const ArticulatedObject& object, std::span<const double> thetas) {
  std::vector<RigidMotion> motions;
  for (std::size_t part = 0; part < object.joints.size(); ++part)
    motions.push_back(motionOf(object.joints[part], thetas[part]));
  std::vector<float> gaussians = sample.gaussians;
  for (std::size_t i = 0; i < sample.part.size(); ++i) {
    const RigidMotion& motion = motions[static_cast<std::size_t>(sample.part[i])];
    float* g = gaussians.data() + i * SampledObject::kValues;
    const Coordinates moved = motion({g[0], g[1], g[2]});
    for (std::size_t k = 0; k < 3; ++k) g[k] = static_cast<float>(moved[k]);
    const auto [aw, ax, ay, az] = motion.quaternion;
    const double bw = g[7], bx = g[8], by = g[9], bz = g[10];
    const std::array<double, 4> q{aw * bw - ax * bx - ay * by - az * bz, aw * bx + ax * bw + ay * bz - az * by,
                                  aw * by - ax * bz + ay * bw + az * bx, aw * bz + ax * by - ay * bx + az * bw};
    for (std::size_t k = 0; k < 4; ++k) g[7 + k] = static_cast<float>(q[k]);
  }
  return gaussians;
}

std::vector<Drag> drawDrags(std::span<const float> from, std::span<const float> to, const SampledObject& sample,
                            int movingPart, int count, const Coordinates& viewDirection, RandomStream& random) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < sample.part.size(); ++i)
    if (sample.part[i] == movingPart) members.push_back(i);
  std::vector<Drag> drags;
  for (int k = 0; k < count && !members.empty(); ++k) {
    const std::size_t at = members[random.below(members.size())] * SampledObject::kValues;
    Drag drag{{from[at], from[at + 1], from[at + 2]}, {to[at], to[at + 1], to[at + 2]}};
    double along = 0;
    for (std::size_t j = 0; j < 3; ++j) along += (drag.end[j] - drag.start[j]) * viewDirection[j];
    for (std::size_t j = 0; j < 3; ++j) drag.end[j] -= along * viewDirection[j];
    drags.push_back(drag);
  }
  return drags;
}

}  // namespace learnscope
