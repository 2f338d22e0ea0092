// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractSlider>
#include <QWheelEvent>

namespace learnscope {

/// A slim slider over a bounded real or whole number, linear or logarithmic; a mark stands at the default. Positions
/// are 0..1000, so that key presses move by a percent. When 0 is allowed on a logarithmic scale it sits at the left
/// end.
class ValueSlider : public QAbstractSlider {
  Q_OBJECT
 public:
  explicit ValueSlider(QWidget* parent = nullptr);
  void setScale(double minimum, double maximum, bool logarithmic, bool whole);
  void setDefault(double value);
  void setNumber(double value);
  double number() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

 signals:
  /// The user moved it; rounded to what a pixel can tell.
  void moved(double value);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
  void sliderChange(SliderChange change) override;

 private:
  double fraction(double value) const;
  double at(double fraction) const;
  void place(double x);

  double minimum_ = 0, maximum_ = 1, low_ = 0;
  bool logarithmic_ = false, whole_ = false, silent_ = false;
  double number_ = 0, default_ = 0;
};

}  // namespace learnscope
