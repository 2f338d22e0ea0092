// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSlider>
#include <QWidget>

#include "widgets/plots/chart.h"

namespace learnscope {

/// The row above a plot: what y means, the legend with the values at the cursor, and, while the mouse or the keyboard
/// is on the plot, a smoothing slider. It never covers data.
class PlotHeader : public QWidget {
  Q_OBJECT
 public:
  explicit PlotHeader(QWidget* parent = nullptr);
  void setTitle(const QString& title);
  /// Values stay if there are as many entries as before.
  void setLegend(std::vector<LegendEntry> legend);
  /// One text for each legend entry; "" for none.
  void setValues(std::vector<QString> values);
  const std::vector<LegendEntry>& legend() const { return legend_; }
  const std::vector<QString>& values() const { return values_; }
  void setLeftMargin(int margin);
  void setSmoothable(bool on);
  void setSmoothing(double weight);
  /// Shows the controls that rest hidden.
  void setActive(bool active);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

 signals:
  void smoothingChanged(double weight);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QString title_;
  std::vector<LegendEntry> legend_;
  std::vector<QString> values_;
  QSlider* slider_;
  int left_ = 8;
  bool smoothable_ = false;
};

}  // namespace learnscope
