// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>
#include <functional>
#include <optional>

#include "widgets/model/spoken.h"
#include "widgets/plots/chart.h"

namespace learnscope {

/// QCustomPlot in the look of the house: light grid, no boxes, the same left margin in every plot of a stack, our own
/// ticks on linear coordinates. Long lines are its graphs (adaptive sampling), all else is drawn from a Chart.
class PlotCanvas : public QCustomPlot, public Spoken {
  Q_OBJECT
 public:
  explicit PlotCanvas(QWidget* parent = nullptr);

  /// Everything but the graphs; ranges are taken over unless the user has zoomed. Call replot() after.
  void setChart(Chart chart);
  const Chart& chart() const { return chart_; }
  void setTheme(const Theme& theme);
  const Theme& theme() const { return theme_; }
  DrawStyle drawStyle() const;
  Mapper mapper() const;

  /// Drawn above all else and redrawn alone by redrawOverlay(): cursor, read-outs.
  void setOverlay(std::function<void(QPainter&)> draw);
  void redrawOverlay();
  /// What screen readers say of the plot.
  void setSpoken(std::function<QString()> say) { say_ = std::move(say); }
  QString spokenText() const override { return say_ ? say_() : QString(); }
  bool zoomed() const { return zoomed_; }
  void resetZoom();
  /// Ranges in coordinates, as the user's zoom.
  void zoomTo(const QCPRange& x, const QCPRange& y);
  QCPGraph* addLine(const QColor& color, double width, int dash);
  static void stylePen(QCPGraph& graph, const QColor& color, double width, int dash);

 signals:
  void clicked(QPointF position);
  void hovered(QPointF position);
  void hoverLeft();
  /// An arrow key was pressed: by one record or item.
  void stepped(int by);
  void zoomReset();

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  class DrawnLayer;
  class Ticker;
  void addDrawn(const QString& layer, std::function<void(QPainter&)> draw);
  void applyFonts();
  void layoutMargins();
  void applyRanges();
  void zoomBy(double factor, const QPointF& about, Qt::KeyboardModifiers modifiers);
  QRectF equalised(const QRectF& available) const;
  QRectF xTitleBox(const QRectF& plot) const;

  Theme theme_;
  Chart chart_;
  bool zoomed_ = false;
  QPoint pressedAt_;
  std::function<void(QPainter&)> overlay_;
  std::function<QString()> say_;
};

}  // namespace learnscope
