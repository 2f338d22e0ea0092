// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/curve.h"

#include <cmath>

namespace learnscope {
namespace {

std::vector<QPointF> pointsOf(const QCPGraph& graph, double low, double high, int columns) {
  std::vector<QPointF> points;
  const auto& data = *graph.data();
  for (auto i = data.findBegin(low); i != data.findEnd(high); ++i) points.emplace_back(i->key, i->value);
  return thinned(points, low, high, columns);
}

}  // namespace

QColor faded(const QColor& color, double alpha) {
  QColor result = color;
  result.setAlphaF(static_cast<float>(alpha));
  return result;
}

Curve::Curve(PlotCanvas& canvas, ScaleMap x, ScaleMap y)
    : canvas_(canvas),
      raw_(canvas.addLine(Qt::black, 1, 0)),
      smooth_(canvas.addLine(Qt::black, 1, 0)),
      xScale_(x),
      yScale_(y) {
  smooth_->setVisible(false);
}

Curve::~Curve() {
  canvas_.removeGraph(raw_);
  canvas_.removeGraph(smooth_);
}

void Curve::append(double x, double y) {
  const double key = xScale_.forward(x), value = yScale_.forward(y);
  if (!std::isfinite(key)) return;
  raw_->data()->add(QCPGraphData(key, value));
  values_.push_back(y);
  x_.add(key);
  y_.add(value);
  if (weight_ > 0) appendSmoothed(key, y);
}

void Curve::appendSmoothed(double key, double y) {
  if (!std::isfinite(y)) {
    smooth_->data()->add(QCPGraphData(key, std::nan("")));
    return;
  }
  mean_ = weight_ * mean_ + (1 - weight_) * y;
  mass_ *= weight_;
  smooth_->data()->add(QCPGraphData(key, yScale_.forward(mean_ / (1 - mass_))));
}

void Curve::clear(ScaleMap x, ScaleMap y) {
  xScale_ = x;
  yScale_ = y;
  x_ = y_ = {};
  mean_ = 0;
  mass_ = 1;
  values_.clear();
  raw_->data()->clear();
  smooth_->data()->clear();
}

void Curve::setSmoothing(double weight) {
  weight_ = weight;
  mean_ = 0;
  mass_ = 1;
  smooth_->data()->clear();
  smooth_->setVisible(weight > 0);
  if (weight <= 0) return;
  std::size_t i = 0;
  for (const QCPGraphData& point : *raw_->data()) appendSmoothed(point.key, values_[i++]);
}

void Curve::setStyle(const QColor& color, double width, int dash, bool isFaded) {
  const QColor shown = isFaded ? faded(color, 0.35) : color;
  const bool behind = weight_ > 0;
  PlotCanvas::stylePen(*raw_, behind ? faded(color, 0.22) : shown, behind ? 1 : width, behind ? 0 : dash);
  PlotCanvas::stylePen(*smooth_, shown, width, dash);
}

double Curve::at(const QCPGraph& graph, double x) {
  const auto& data = *graph.data();
  auto found = data.findEnd(x, false);
  if (found == data.constBegin()) return std::nan("");
  --found;
  return found->value;
}

double Curve::valueAt(double x) const { return yScale_.inverse(at(weight_ > 0 ? *smooth_ : *raw_, x)); }
double Curve::rawAt(double x) const { return yScale_.inverse(at(*raw_, x)); }

void Curve::addMarks(std::vector<Mark>& marks, const QColor& color, double width, int dash, double low, double high,
                     int columns) const {
  const bool behind = weight_ > 0;
  marks.emplace_back(Polyline{pointsOf(*raw_, low, high, columns), behind ? faded(color, 0.3) : color,
                              behind ? 0.6 * width : width, behind ? 0 : dash});
  if (behind) marks.emplace_back(Polyline{pointsOf(*smooth_, low, high, columns), color, width, dash});
}

}  // namespace learnscope
