// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_canvas.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "widgets/plots/figure_painter.h"

namespace learnscope {

/// Lets a function draw in one of QCustomPlot's layers, clipped to the axis rectangle.
class PlotCanvas::DrawnLayer : public QCPLayerable {
 public:
  DrawnLayer(PlotCanvas* plot, const QString& layer, std::function<void(QPainter&)> draw)
      : QCPLayerable(plot, layer), draw_(std::move(draw)) {}

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }
  void draw(QCPPainter* painter) override { draw_(*painter); }

 private:
  std::function<void(QPainter&)> draw_;
};

/// Ticks of our own, from the chart's axis.
class PlotCanvas::Ticker : public QCPAxisTicker {
 public:
  Ticker(const PlotCanvas& canvas, bool horizontal) : canvas_(canvas), horizontal_(horizontal) {}
  void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                QVector<QString>* labels) override {
    AxisView axis = horizontal_ ? canvas_.chart_.x : canvas_.chart_.y;
    axis.low = range.lower;
    axis.high = range.upper;
    // The axis rectangle itself is laid out after the ticks: just after a resize it still has its old size.
    const QRect rect = canvas_.viewport().marginsRemoved(canvas_.axisRect()->margins());
    const QFontMetricsF metrics(canvas_.xAxis->tickLabelFont());
    const double length = horizontal_ ? rect.width() : rect.height();
    const double each = horizontal_ ? 7.5 * metrics.averageCharWidth() + 10 : 2.4 * metrics.height();
    ticks.clear();
    if (subTicks) subTicks->clear();
    if (labels) labels->clear();
    const QRectF title = canvas_.xTitleBox(rect).adjusted(-10, 0, 10, 0);
    for (const Tick& tick : axis.ticks(std::clamp(static_cast<int>(length / each), 2, 12))) {
      ticks.append(tick.coordinate);
      const double middle = rect.left() + (tick.coordinate - range.lower) / range.size() * length;
      const double half = metrics.horizontalAdvance(tick.label) / 2;
      const bool hidden =
          horizontal_ && !axis.title.isEmpty() && middle + half > title.left() && middle - half < title.right();
      if (labels) labels->append(hidden ? QString() : tick.label);
    }
  }

 private:
  const PlotCanvas& canvas_;
  bool horizontal_;
};

PlotCanvas::PlotCanvas(QWidget* parent) : QCustomPlot(parent), theme_(Theme::current()) {
  installSpoken();
  setObjectName(QStringLiteral("plot"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(120, 80);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  setAutoAddPlottableToLegend(false);
  setSelectionRectMode(QCP::srmZoom);
  setNoAntialiasingOnDrag(false);
  setPlottingHint(QCP::phFastPolylines, false);
  setPlottingHint(QCP::phCacheLabels, true);

  addLayer(QStringLiteral("spans"), layer(QStringLiteral("background")), limAbove);
  addLayer(QStringLiteral("marks"), layer(QStringLiteral("grid")), limAbove);
  addLayer(QStringLiteral("flags"), layer(QStringLiteral("main")), limAbove);
  layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
  addDrawn(QStringLiteral("spans"),
           [this](QPainter& painter) { drawSpans(painter, mapper(), chart_.spans, drawStyle()); });
  addDrawn(QStringLiteral("marks"), [this](QPainter& painter) {
    for (const Mark& mark : chart_.marks) drawMark(painter, mapper(), mark, drawStyle());
  });
  addDrawn(QStringLiteral("flags"), [this](QPainter& painter) {
    const Mapper map = mapper();
    const DrawStyle style = drawStyle();
    const double under = map.rect.top() + (chart_.spans.empty() ? 2 : QFontMetricsF(style.font).height() + 3);
    drawFlags(painter, map, chart_.flags, under, style);
  });
  addDrawn(QStringLiteral("flags"), [this](QPainter& painter) {
    const DrawStyle style = drawStyle();
    const QRectF r = axisRect()->rect();
    const QFontMetricsF metrics(style.font);
    painter.setFont(style.font);
    painter.setPen(theme_.muted);
    painter.setClipping(false);
    painter.drawText(xTitleBox(r), Qt::AlignLeft | Qt::AlignTop, chart_.x.title);
    if (chart_.bar) {
      const double width = metrics.height() * 0.7;
      const double room =
          std::min(this->width() - r.right() - 16, colorBarWidth(painter, width, *chart_.bar, style, r.height()));
      drawColorBar(painter, QRectF(r.right() + 12, r.top(), room, r.height()), width, *chart_.bar, style);
    }
    if (!chart_.empty.isEmpty())
      painter.drawText(r.adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, chart_.empty);
  });
  addDrawn(QStringLiteral("overlay"), [this](QPainter& painter) {
    if (overlay_) overlay_(painter);
  });

  xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new Ticker(*this, true)));
  yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new Ticker(*this, false)));
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setSubTicks(false);
    axis->setTickLength(0, 0);
    axis->setTickLabelPadding(4);
    axis->grid()->setZeroLinePen(Qt::NoPen);
  }
  axisRect()->setAutoMargins(QCP::msNone);
  axisRect()->setMinimumSize(20, 20);
  setTheme(theme_);
}

void PlotCanvas::addDrawn(const QString& layerName, std::function<void(QPainter&)> draw) {
  new DrawnLayer(this, layerName, [this, draw = std::move(draw)](QPainter& painter) {
    painter.save();
    painter.setClipRect(axisRect()->rect().adjusted(0, 0, 1, 1));
    draw(painter);
    painter.restore();
  });
}

void PlotCanvas::setTheme(const Theme& theme) {
  theme_ = theme;
  setBackground(QBrush(theme.plotBackground));
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setTickLabelColor(theme.muted);
    axis->grid()->setPen(QPen(theme.grid, 1));
  }
  xAxis->setBasePen(QPen(theme.faint, 1));
  yAxis->setBasePen(Qt::NoPen);
  applyFonts();
}

void PlotCanvas::applyFonts() {
  QFont font = this->font();
  font.setPointSizeF(std::max(6.5, font.pointSizeF() * 0.88));
  xAxis->setTickLabelFont(font);
  yAxis->setTickLabelFont(font);
  layoutMargins();
}

DrawStyle PlotCanvas::drawStyle() const { return {theme_, xAxis->tickLabelFont(), 1.0, true, 0}; }

Mapper PlotCanvas::mapper() const {
  const QRectF rect = QRectF(axisRect()->rect());
  return {rect,
          xAxis->range().lower,
          xAxis->range().upper,
          yAxis->range().lower,
          yAxis->range().upper,
          yAxis->rangeReversed()};
}

void PlotCanvas::layoutMargins() {
  const QFontMetricsF metrics(xAxis->tickLabelFont());
  // Wide enough for "−0.0005": equal in every plot, so that the x axes of a stack stand under each other.
  int left = static_cast<int>(std::ceil(metrics.horizontalAdvance(QStringLiteral("−0.0005")))) + 8;
  for (const Tick& tick : chart_.y.named)
    left = std::max(left, static_cast<int>(std::ceil(metrics.horizontalAdvance(tick.label))) + 10);
  left = std::min(left, std::max(40, width() / 3));
  const int bottom = static_cast<int>(std::ceil(metrics.height())) + 7;
  int right = 12;
  if (chart_.bar) {
    QImage probe(1, 1, QImage::Format_ARGB32_Premultiplied);
    QPainter painter(&probe);
    right = 18 + static_cast<int>(std::ceil(colorBarWidth(painter, metrics.height() * 0.7, *chart_.bar, drawStyle(),
                                                          std::max(60, height() - bottom))));
  }
  QMargins margins(left, 6, right, bottom);
  if (chart_.equalAspect) {
    const QRectF fitted =
        equalised(QRectF(left, 6, std::max(20, width() - left - right), std::max(20, height() - 6 - bottom)));
    margins = QMargins(static_cast<int>(fitted.left()), static_cast<int>(fitted.top()),
                       static_cast<int>(width() - fitted.right()), static_cast<int>(height() - fitted.bottom()));
    if (chart_.bar) margins.setRight(std::max(margins.right(), right));
  }
  axisRect()->setMargins(margins);
}

/// Where the title of x stands: at the right end of the labels' row, whose labels give way, or before a short row.
QRectF PlotCanvas::xTitleBox(const QRectF& plot) const {
  const QFontMetricsF metrics(xAxis->tickLabelFont());
  const double width = metrics.horizontalAdvance(chart_.x.title);
  const double before = plot.left() - 16 - width;
  const bool atEnd = width < 0.4 * plot.width() || before < 0;
  return {atEnd ? plot.right() - width : before, plot.bottom() + 4, width, metrics.height()};
}

// The largest rectangle in `available` whose units are equal on both axes, centred.
QRectF PlotCanvas::equalised(const QRectF& available) const {
  const double ratio = (chart_.y.high - chart_.y.low) / (chart_.x.high - chart_.x.low);
  QSizeF size = available.size();
  if (size.width() * ratio > size.height())
    size.setWidth(size.height() / ratio);
  else
    size.setHeight(size.width() * ratio);
  QRectF result(QPointF(), size);
  result.moveCenter(available.center());
  result.moveLeft(std::min(result.left(), available.left() + 0.5 * (available.width() - size.width())));
  return result;
}

void PlotCanvas::setChart(Chart chart) {
  chart_ = std::move(chart);
  const bool shown = chart_.empty.isEmpty();
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setTickLabels(shown);
    axis->grid()->setVisible(shown && chart_.grid);
  }
  xAxis->grid()->setVisible(shown && chart_.grid && chart_.x.named.empty());
  yAxis->setRangeReversed(chart_.y.reversed);
  layoutMargins();
  if (!zoomed_) applyRanges();
}

void PlotCanvas::applyRanges() {
  xAxis->setRange(chart_.x.low, chart_.x.high);
  yAxis->setRange(chart_.y.low, chart_.y.high);
}

void PlotCanvas::setOverlay(std::function<void(QPainter&)> draw) { overlay_ = std::move(draw); }
void PlotCanvas::redrawOverlay() { layer(QStringLiteral("overlay"))->replot(); }

void PlotCanvas::resetZoom() {
  zoomed_ = false;
  applyRanges();
  emit zoomReset();
  replot();
}

void PlotCanvas::zoomTo(const QCPRange& x, const QCPRange& y) {
  zoomed_ = true;
  xAxis->setRange(x);
  yAxis->setRange(y);
  replot();
}

void PlotCanvas::stylePen(QCPGraph& graph, const QColor& color, double width, int dash) {
  QPen pen(color, width, Theme::dash(dash), Qt::FlatCap, Qt::RoundJoin);
  if (dash > 0)
    pen.setDashPattern(dash % 5 == 1   ? QVector<qreal>{5, 2.5}
                       : dash % 5 == 2 ? QVector<qreal>{1.5, 2}
                       : dash % 5 == 3 ? QVector<qreal>{7, 2, 1.5, 2}
                       : dash % 5 == 4 ? QVector<qreal>{7, 2, 1.5, 2, 1.5, 2}
                                       : QVector<qreal>{1e6});
  graph.setPen(pen);
}

QCPGraph* PlotCanvas::addLine(const QColor& color, double width, int dash) {
  QCPGraph* line = addGraph();
  line->setAdaptiveSampling(true);
  line->setSelectable(QCP::stNone);
  stylePen(*line, color, width, dash);
  return line;
}

void PlotCanvas::mousePressEvent(QMouseEvent* event) {
  pressedAt_ = event->pos();
  if (event->button() == Qt::LeftButton) QCustomPlot::mousePressEvent(event);
}

void PlotCanvas::mouseMoveEvent(QMouseEvent* event) {
  QCustomPlot::mouseMoveEvent(event);
  if (axisRect()->rect().contains(event->pos()))
    emit hovered(event->position());
  else
    emit hoverLeft();
}

void PlotCanvas::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const bool moved = (event->pos() - pressedAt_).manhattanLength() > 5;
  if (moved) {
    zoomed_ = true;
    QCustomPlot::mouseReleaseEvent(event);
    replot();
    return;
  }
  if (selectionRect() && selectionRect()->isActive()) selectionRect()->cancel();
  // A click without a drag: QCustomPlot must forget the press, but there is nothing to zoom to.
  setSelectionRectMode(QCP::srmNone);
  QCustomPlot::mouseReleaseEvent(event);
  setSelectionRectMode(QCP::srmZoom);
  if (axisRect()->rect().contains(event->pos())) emit clicked(event->position());
}

void PlotCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) resetZoom();
}

void PlotCanvas::zoomBy(double factor, const QPointF& about, Qt::KeyboardModifiers modifiers) {
  zoomed_ = true;
  if (!(modifiers & Qt::ShiftModifier)) xAxis->scaleRange(factor, xAxis->pixelToCoord(about.x()));
  if (!(modifiers & Qt::ControlModifier)) yAxis->scaleRange(factor, yAxis->pixelToCoord(about.y()));
  replot();
}

void PlotCanvas::wheelEvent(QWheelEvent* event) {
  if (!axisRect()->rect().contains(event->position().toPoint())) return;
  zoomBy(std::pow(0.85, event->angleDelta().y() / 120.0), event->position(), event->modifiers());
  event->accept();
}

void PlotCanvas::keyPressEvent(QKeyEvent* event) {
  const QPointF centre = QRectF(axisRect()->rect()).center();
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomBy(0.8, centre, Qt::NoModifier);
    case Qt::Key_Minus:
      return zoomBy(1.25, centre, Qt::NoModifier);
    case Qt::Key_0:
      return resetZoom();
    case Qt::Key_Left:
      emit stepped(-1);
      return;
    case Qt::Key_Right:
      emit stepped(1);
      return;
    default:
      QCustomPlot::keyPressEvent(event);
  }
}

void PlotCanvas::leaveEvent(QEvent* event) {
  QCustomPlot::leaveEvent(event);
  emit hoverLeft();
}

void PlotCanvas::resizeEvent(QResizeEvent* event) {
  layoutMargins();
  QCustomPlot::resizeEvent(event);
}

}  // namespace learnscope
