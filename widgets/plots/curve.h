// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

#include "widgets/plots/plot_canvas.h"

namespace learnscope {

/// Least and greatest of what was seen.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (!(std::abs(value) <= std::numeric_limits<double>::max())) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void add(const Extent& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
  bool empty() const { return !(low <= high); }
};

/// One line of a plot and its smoothed twin, both graphs of a canvas, in axis coordinates. Points are only ever
/// appended.
///
/// Smoothing is the exponential mean s_n = w s_(n-1) + (1 - w) y_n over all recorded finite values, divided by 1 - w^n
/// so that it does not start at 0 (Kingma & Ba 2015, section 3); computed before any decimation and whatever the scale:
/// a 0 on a log axis is a gap in the raw line and counts in the mean. What is not finite is a gap in both.
class Curve {
 public:
  Curve(PlotCanvas& canvas, ScaleMap x, ScaleMap y);
  ~Curve();
  Curve(const Curve&) = delete;
  Curve& operator=(const Curve&) = delete;

  void append(double x, double y);
  void clear(ScaleMap x, ScaleMap y);
  /// 0 <= weight < 1; 0 hides the smoothed line.
  void setSmoothing(double weight);
  void setStyle(const QColor& color, double width, int dash, bool faded);
  std::size_t size() const { return static_cast<std::size_t>(raw_->data()->size()); }
  const Extent& xExtent() const { return x_; }
  const Extent& yExtent() const { return y_; }
  /// The value shown at coordinate `x`: of the last point at or before it (smoothed if smoothing); NaN before the
  /// first.
  double valueAt(double x) const;
  double rawAt(double x) const;
  /// Marks for figures between two coordinates, thinned to `columns`.
  void addMarks(std::vector<Mark>& marks, const QColor& color, double width, int dash, double low, double high,
                int columns) const;
  const QCPGraphDataContainer& raw() const { return *raw_->data(); }
  const ScaleMap& xScale() const { return xScale_; }
  const ScaleMap& yScale() const { return yScale_; }

 private:
  void appendSmoothed(double coordinate, double value);
  static double at(const QCPGraph& graph, double x);

  PlotCanvas& canvas_;
  QCPGraph *raw_, *smooth_;
  std::vector<double> values_;  ///< of the points of raw_
  ScaleMap xScale_, yScale_;
  Extent x_, y_;
  double weight_ = 0, mean_ = 0, mass_ = 1;
};

/// How a colour is faded into the background.
QColor faded(const QColor& color, double alpha);

}  // namespace learnscope
