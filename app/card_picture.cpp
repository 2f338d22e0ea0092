// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/card_picture.h"

#include <QPainterPath>
#include <QRadialGradient>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/core/random_stream.h"
#include "engine/data/articulated_object.h"
#include "engine/splats/gaussian_rows.h"
#include "engine/splats/rasteriser.h"

namespace learnscope {
namespace {

struct Point3 {
  double x = 0, y = 0, z = 0;
};

// A fixed camera: looks at the origin from `azimuth` turns and `elevation` radians; a mild perspective.
struct Camera {
  QRectF rect;
  double azimuth = 0.11, elevation = 0.42, scale = 0.235, distance = 5.2;

  struct Projected {
    QPointF at;
    double depth = 0, size = 1;  ///< depth grows away from the eye; size multiplies radii
  };
  Projected operator()(const Point3& p) const {
    const double a = 2 * std::numbers::pi * azimuth;
    const double x = std::cos(a) * p.x - std::sin(a) * p.y, away = std::sin(a) * p.x + std::cos(a) * p.y;
    const double up = std::cos(elevation) * p.z + std::sin(elevation) * away;
    const double depth = std::cos(elevation) * away - std::sin(elevation) * p.z;
    const double size = distance / (distance + depth);
    const double unit = rect.height() * scale * size;
    return {rect.center() + QPointF(x * unit, -up * unit), depth, size};
  }
};

QColor mixed(const QColor& a, const QColor& b, double t) {
  return QColor::fromRgbF(static_cast<float>(a.redF() + t * (b.redF() - a.redF())),
                          static_cast<float>(a.greenF() + t * (b.greenF() - a.greenF())),
                          static_cast<float>(a.blueF() + t * (b.blueF() - a.blueF())));
}

void drawBall(QPainter& painter, const QPointF& at, double radius, const QColor& color, const Theme& theme,
              double fog) {
  const QColor body = mixed(color, theme.plotBackground, fog);
  QRadialGradient shade(at - QPointF(radius, radius) * 0.35, radius * 1.5);
  shade.setColorAt(0, mixed(body, Qt::white, 0.45));
  shade.setColorAt(0.45, body);
  shade.setColorAt(1, mixed(body, Qt::black, 0.35));
  painter.setPen(Qt::NoPen);
  painter.setBrush(shade);
  painter.drawEllipse(at, radius, radius);
}

double fogAt(double depth) { return std::clamp(0.28 * (depth + 0.6), 0.0, 0.62); }

void drawRing(QPainter& painter, const Camera& camera, double radius, double z, const QPen& pen, const QBrush& brush) {
  QPolygonF ring;
  for (int i = 0; i <= 96; ++i) {
    const double a = 2 * std::numbers::pi * i / 96;
    ring << camera({radius * std::cos(a), radius * std::sin(a), z}).at;
  }
  painter.setPen(pen);
  painter.setBrush(brush);
  painter.drawPolygon(ring);
}

struct Ball {
  Point3 place;
  double radius = 0;
  QColor color;
};

void drawBalls(QPainter& painter, const Camera& camera, std::vector<Ball> balls, const Theme& theme, bool posts) {
  std::sort(balls.begin(), balls.end(),
            [&](const Ball& a, const Ball& b) { return camera(a.place).depth > camera(b.place).depth; });
  for (const Ball& ball : balls) {
    const auto top = camera(ball.place);
    const double fog = fogAt(top.depth);
    if (posts) {
      painter.setPen(QPen(mixed(ball.color, theme.plotBackground, 0.55 + 0.4 * fog), 1.1));
      painter.drawLine(camera({ball.place.x, ball.place.y, -0.75}).at, top.at);
    }
    drawBall(painter, top.at, ball.radius * camera.rect.height() * top.size, ball.color, theme, fog);
  }
}

void paintCarousel(QPainter& painter, const Camera& camera, const QColor& accent, const Theme& theme,
                   RandomStream& random) {
  const QColor line = mixed(theme.plotBackground, theme.text, 0.22);
  for (const double radius : {0.6, 1.2, 1.8}) drawRing(painter, camera, radius, -0.75, QPen(line, 1), Qt::NoBrush);
  std::vector<Ball> climbing, waiting;
  constexpr int rays = 15;
  for (int ray = 0; ray < rays; ++ray) {
    const int count = 2 + static_cast<int>(random.uniform() * 3);
    for (int i = 0; i < count; ++i) {
      const double turn = 2 * std::numbers::pi * (ray + 0.25 * (random.uniform() - 0.5)) / rays;
      const double height = random.uniform(), radius = 0.75 + 1.05 * random.uniform();
      const bool locked = height > 0.45;
      const Point3 place{radius * std::cos(turn), radius * std::sin(turn),
                         locked ? 0.55 + 0.1 * random.uniform() : -0.7 + 1.3 * height};
      const QColor color =
          locked ? mixed(accent, theme.category(ray % 4), 0.35) : mixed(theme.plotBackground, theme.text, 0.5);
      (locked ? climbing : waiting).push_back({place, locked ? 0.034 : 0.022, color});
    }
  }
  drawBalls(painter, camera, waiting, theme, false);
  QColor sheet = accent;
  sheet.setAlphaF(theme.dark ? 0.16f : 0.11f);
  QColor rim = accent;
  rim.setAlphaF(0.55f);
  drawRing(painter, camera, 1.95, 0.5, QPen(rim, 1.2), sheet);
  drawBalls(painter, camera, climbing, theme, true);
}

void paintTrajectory(QPainter& painter, const Camera& camera, const QColor& accent, const Theme& theme,
                     RandomStream& random) {
  const double lean = 2 * std::numbers::pi * random.uniform();
  const int turns = 2 + static_cast<int>(3 * random.uniform()), waves = 1 + static_cast<int>(4 * random.uniform());
  constexpr int pieces = 420;
  const auto place = [&](double t) {
    const double a = 2 * std::numbers::pi * t;
    const double shrink = 0.35 + 0.65 * t;
    return Point3{1.8 * shrink * std::cos(turns * a + lean), 1.8 * shrink * std::sin(turns * a + lean),
                  0.85 * std::sin(waves * a + lean) * shrink};
  };
  std::vector<std::pair<double, int>> order;
  for (int i = 0; i < pieces; ++i) order.emplace_back(-camera(place((i + 0.5) / pieces)).depth, i);
  std::sort(order.begin(), order.end());
  for (const auto& [depth, i] : order) {
    const double t = static_cast<double>(i) / pieces;
    const auto a = camera(place(t)), b = camera(place((i + 1.0) / pieces));
    const QColor color =
        mixed(mixed(mixed(theme.plotBackground, theme.text, 0.35), accent, t), theme.plotBackground, fogAt(-depth));
    painter.setPen(QPen(color, (1.2 + 2.2 * t) * a.size, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(a.at, b.at);
  }
  const auto tip = camera(place(1));
  drawBall(painter, tip.at, 0.04 * camera.rect.height(), accent, theme, 0);
}

void paintSurface(QPainter& painter, const Camera& camera, const QColor& accent, const Theme& theme,
                  RandomStream& random) {
  constexpr int cells = 30;
  const double phase = 2 * random.uniform();
  const auto height = [&](double x, double y) {
    return 0.55 * std::exp(-(x * x + y * y) * 0.7) * std::cos(2.6 * x + phase) + 0.22 * std::sin(1.9 * y - x) - 0.1;
  };
  const auto at = [&](int i, int j) {
    const double x = 4.0 * i / cells - 2, y = 4.0 * j / cells - 2;
    return Point3{x, y, height(x, y)};
  };
  std::vector<std::pair<double, std::pair<int, int>>> order;
  for (int i = 0; i < cells; ++i)
    for (int j = 0; j < cells; ++j) order.push_back({-camera(at(i, j)).depth, {i, j}});
  std::sort(order.begin(), order.end());
  for (const auto& [depth, cell] : order) {
    const auto [i, j] = cell;
    const double level = std::clamp(0.5 + 0.9 * at(i, j).z, 0.0, 1.0);
    const QColor fill = mixed(mixed(mixed(accent, theme.plotBackground, 0.7), accent, level), theme.plotBackground,
                              0.6 * fogAt(-depth));
    painter.setBrush(fill);
    painter.setPen(QPen(mixed(fill, theme.dark ? Qt::white : Qt::black, 0.14), 0.6));
    painter.drawPolygon(
        QPolygonF{camera(at(i, j)).at, camera(at(i + 1, j)).at, camera(at(i + 1, j + 1)).at, camera(at(i, j + 1)).at});
  }
}

void paintGraph(QPainter& painter, const Camera& camera, const QColor& accent, const Theme& theme,
                RandomStream& random) {
  const std::array<int, 4> widths{5, 8, 8, 3};
  std::vector<std::vector<Ball>> layers;
  for (std::size_t layer = 0; layer < widths.size(); ++layer) {
    auto& nodes = layers.emplace_back();
    for (int i = 0; i < widths[layer]; ++i) {
      const double z = widths[layer] == 1 ? 0 : 1.5 * (i / (widths[layer] - 1.0) - 0.5) * (widths[layer] / 8.0 + 0.3);
      const double strength = random.uniform();
      nodes.push_back({{1.25 * (static_cast<double>(layer) - 1.5), 0.35 * (random.uniform() - 0.5), z},
                       0.03 + 0.016 * strength,
                       mixed(mixed(theme.plotBackground, theme.text, 0.45), accent, strength)});
    }
  }
  for (std::size_t layer = 0; layer + 1 < layers.size(); ++layer)
    for (const Ball& from : layers[layer])
      for (const Ball& to : layers[layer + 1]) {
        const double weight = random.uniform();
        QColor color = mixed(theme.text, accent, weight);
        color.setAlphaF(static_cast<float>(0.08 + 0.5 * weight * weight));
        painter.setPen(QPen(color, 0.6 + 1.4 * weight * weight));
        painter.drawLine(camera(from.place).at, camera(to.place).at);
      }
  for (const auto& layer : layers) drawBalls(painter, camera, layer, theme, false);
}

void paintCurves(QPainter& painter, const QRectF& rect, const QColor& accent, const Theme& theme,
                 RandomStream& random) {
  const QRectF box =
      rect.adjusted(rect.width() * 0.1, rect.height() * 0.16, -rect.width() * 0.1, -rect.height() * 0.16);
  painter.setPen(QPen(mixed(theme.plotBackground, theme.text, 0.12), 1));
  for (int i = 0; i <= 4; ++i) {
    const double y = box.top() + box.height() * i / 4;
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
  }
  const auto curve = [&](double turn, double sharpness, const QColor& color, double width) {
    QPolygonF line;
    for (int i = 0; i <= 160; ++i) {
      const double t = i / 160.0;
      const double noise = 0.012 * random.normal() * (1 - t);
      const double value = 1 / (1 + std::exp(-sharpness * (t - turn))) + noise;
      line << QPointF(box.left() + box.width() * t, box.bottom() - box.height() * (0.04 + 0.9 * value));
    }
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
  };
  curve(0.16, 26, mixed(theme.plotBackground, theme.text, 0.45), 2);
  curve(0.58, 18, accent, 2.6);
}

/// A chest of drawers with one of them open.
void paintSplats(QPainter& painter, const QRectF& rect, RandomStream& random) {
  const ArticulatedObject object = makeArticulatedObject(ObjectKind::Drawer, ObjectPalette::Narrow, random);
  std::vector<double> states(static_cast<std::size_t>(object.parts()), 0);
  states.back() = 0.8;
  splats::Rasteriser rasteriser;
  rasteriser.setSplats(std::make_shared<const splats::PreparedSplats>(
      splats::fromRows(posed(sampleObject(object, 2000), object, states))));
  const double ratio = painter.deviceTransform().m11();
  const QSize size = (rect.size() * ratio).toSize();
  QImage image(size, QImage::Format_ARGB32_Premultiplied);
  splats::RenderOptions options;
  options.background = {0, 0, 0, 0};
  rasteriser.render(splats::lookingAt({0.85, 0.8, 1.9}, {0, -0.02, 0.12}, {0, 1, 0}, 31, size.width(), size.height()),
                    options, reinterpret_cast<std::uint32_t*>(image.bits()),
                    static_cast<std::size_t>(image.bytesPerLine() / 4));
  painter.drawImage(rect, image);
}

bool usesMark(const Json& view, std::initializer_list<const char*> names) {
  for (const Json& layer : view.value("layers", Json::array()))
    for (const char* name : names)
      if (layer.is_object() && layer.value("mark", std::string()) == name) return true;
  return false;
}

bool usesAngle(const Json& view) {
  for (const Json& layer : view.value("layers", Json::array()))
    if (layer.is_object() && layer.contains("angle")) return true;
  return false;
}

}  // namespace

CardMotif cardMotif(const Json& page) {
  if (!page.is_object() || !page.contains("views") || !page["views"].is_array()) return CardMotif::Curves;
  for (const Json& view : page["views"]) {
    if (!view.is_object() || view.value("kind", std::string()) != "scene") continue;
    if (usesMark(view, {"splat"})) return CardMotif::Splats;
    if (usesAngle(view)) return CardMotif::Carousel;
    if (usesMark(view, {"tube"})) return CardMotif::Trajectory;
    if (usesMark(view, {"mesh", "plane"})) return CardMotif::Surface;
    if (usesMark(view, {"line", "arrow"})) return CardMotif::Graph;
    return CardMotif::Trajectory;
  }
  return CardMotif::Curves;
}

QColor cardAccent(const Json& page, const Theme& theme) {
  if (!page.is_object() || !page.contains("card") || !page["card"].is_object()) return theme.accent;
  const QColor color(QString::fromStdString(page["card"].value("accent", std::string())));
  if (!color.isValid()) return theme.accent;
  // A colour chosen for white is too dark for night.
  return theme.dark && color.lightnessF() < 0.5 ? color.lighter(145) : color;
}

void paintCard(QPainter& painter, const QRectF& rect, CardMotif motif, const QColor& accent, const Theme& theme,
               std::uint64_t seed) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setClipRect(rect, Qt::IntersectClip);
  QLinearGradient back(rect.topLeft(), rect.bottomLeft());
  back.setColorAt(0, mixed(theme.plotBackground, accent, theme.dark ? 0.10 : 0.05));
  back.setColorAt(1, theme.plotBackground);
  painter.fillRect(rect, back);
  RandomStream random(seed, 0);
  const Camera camera{rect};
  switch (motif) {
    case CardMotif::Carousel:
      paintCarousel(painter, camera, accent, theme, random);
      break;
    case CardMotif::Trajectory:
      paintTrajectory(painter, camera, accent, theme, random);
      break;
    case CardMotif::Surface:
      paintSurface(painter, camera, accent, theme, random);
      break;
    case CardMotif::Graph:
      paintGraph(painter, camera, accent, theme, random);
      break;
    case CardMotif::Curves:
      paintCurves(painter, rect, accent, theme, random);
      break;
    case CardMotif::Splats:
      paintSplats(painter, rect, random);
      break;
  }
  painter.restore();
}

}  // namespace learnscope
