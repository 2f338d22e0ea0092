// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QImage>
#include <QPainter>
#include <cmath>

#include "tests/gui/plots_support.h"
#include "widgets/scene/scene_snapshot.h"

namespace learnscope::test {

/// A snapshot of one layer on black, seen from a fixed place; no fog, so that colours are those of the marks.
inline SceneSnapshot sceneOf(std::vector<SceneLayer> layers, QSize size = {320, 240}) {
  SceneSnapshot snapshot;
  snapshot.layers = std::move(layers);
  snapshot.background = Rgba(0, 0, 0);
  snapshot.fog = 0;
  snapshot.size = size;
  snapshot.camera.distance = 6;
  snapshot.bounds.add(Vec3{-2, -2, -2});
  snapshot.bounds.add(Vec3{2, 2, 2});
  return snapshot;
}

template <class Geometry>
SceneLayer layerWith(Geometry geometry, std::vector<std::int64_t> ids = {}) {
  SceneLayer layer;
  layer.geometry = std::move(geometry);
  if (!ids.empty()) layer.ids = std::move(ids);
  layer.select = "item";
  return layer;
}

inline std::vector<Rgba> repeated(Rgba color, std::size_t n) { return std::vector<Rgba>(n, color); }

/// Where an image differs from its background: the box of those pixels, and their weighted middle in pixels.
struct Blob {
  QRect box;
  QPointF middle;
  int pixels = 0;
};
inline Blob blobIn(const QImage& image, int threshold = 24) {
  Blob blob;
  double sum = 0, x = 0, y = 0;
  for (int row = 0; row < image.height(); ++row) {
    for (int column = 0; column < image.width(); ++column) {
      const QRgb c = image.pixel(column, row);
      const int level = std::max({qRed(c), qGreen(c), qBlue(c)});
      if (level < threshold) continue;
      blob.box |= QRect(column, row, 1, 1);
      ++blob.pixels;
      sum += level;
      x += level * (column + 0.5);
      y += level * (row + 0.5);
    }
  }
  if (sum > 0) blob.middle = {x / sum, y / sum};
  return blob;
}

/// Compares a picture with tests/data/NAME.png: at most `share` of the pixels may differ by more than `level`. On
/// failure the picture, the reference and their difference lie in pictures/ of the build folder; the text says where.
/// With LEARNSCOPE_UPDATE_PICTURES set the picture becomes the reference.
inline QString pictureDifference(const QImage& picture, const QString& name, int level = 24, double share = 0.002,
                                 bool keep = true) {
  const QString file = QStringLiteral(LEARNSCOPE_TEST_DATA "/") + name + QStringLiteral(".png");
  const QImage shown = picture.convertToFormat(QImage::Format_RGB32);
  if (qEnvironmentVariableIsSet("LEARNSCOPE_UPDATE_PICTURES")) {
    return shown.save(file) ? QString() : QStringLiteral("cannot write ") + file;
  }
  const QImage reference = QImage(file).convertToFormat(QImage::Format_RGB32);
  QImage difference(shown.size(), QImage::Format_RGB32);
  difference.fill(Qt::white);
  const bool sameSize = reference.size() == shown.size();
  qint64 wrong = sameSize ? 0 : qint64{shown.width()} * shown.height();
  for (int y = 0; sameSize && y < shown.height(); ++y) {
    for (int x = 0; x < shown.width(); ++x) {
      const QRgb a = shown.pixel(x, y), b = reference.pixel(x, y);
      const int off =
          std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
      difference.setPixel(x, y, qRgb(255 - off, 255 - off, 255 - off));
      wrong += off > level;
    }
  }
  const double part = static_cast<double>(wrong) / (static_cast<double>(shown.width()) * shown.height());
  if (part <= share) return {};
  const QString said = QStringLiteral("%1 % of the pixels of %2 differ").arg(100 * part, 0, 'g', 3).arg(name);
  if (!keep) return said;
  QDir folder(QCoreApplication::applicationDirPath());
  folder.mkpath(QStringLiteral("../pictures"));
  folder.cd(QStringLiteral("../pictures"));
  shown.save(folder.filePath(name + QStringLiteral(".png")));
  reference.save(folder.filePath(name + QStringLiteral("-reference.png")));
  difference.save(folder.filePath(name + QStringLiteral("-difference.png")));
  return said + QStringLiteral("; see ") + folder.absolutePath();
}

}  // namespace learnscope::test
