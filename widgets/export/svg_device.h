// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPaintDevice>
#include <QPaintEngine>
#include <QRectF>
#include <QString>
#include <memory>

namespace learnscope {

/// A paint device that writes SVG 1.1: sizes in millimetres to any fraction, text as text, clip rectangles as nested
/// <svg> elements (Qt 6.4's generator rounds the size to pixels and writes no clipping). One unit is a point (1/72
/// inch).
class SvgDevice : public QPaintDevice {
 public:
  SvgDevice(double widthMm, double heightMm);
  ~SvgDevice() override;
  /// Content of the <title> and <metadata> elements: name and value of each.
  void setMetadata(const QString& title, const QList<std::pair<QString, QString>>& entries);
  /// The whole document; call after the painter has ended.
  QByteArray document() const;
  QPaintEngine* paintEngine() const override;

 protected:
  int metric(PaintDeviceMetric metric) const override;

 private:
  class Engine;
  double widthMm_, heightMm_;
  QString title_;
  QList<std::pair<QString, QString>> metadata_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace learnscope
