// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plot_view.h"

namespace learnscope {

/// A scatter plot with `"runs": "shown"`: the points of all shown runs, each at its own newest step (the current one at
/// the cursor). With `"bars": true` a layer draws the mean of the points at one x, a bar of one standard deviation to
/// both sides, and a line through the means: seeds of a sweep. With `"statistic": "rank"` the legend says Spearman's
/// rank correlation of the layer's points. Items for which `open` is not 0 are rings: values that are only a bound.
class RunScatterView : public PlotView {
  Q_OBJECT
 public:
  RunScatterView(ViewSpec spec, SessionModel& model, QWidget* parent);
  QString dataCsv() const override;

 protected:
  void rebuild() override;
  bool update() override;
  Chart chart(const Theme& theme) override;
  void clickedAt(const QPointF& coordinates, const QPointF& position) override;
  void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) override;
  void stepBy(int) override {}

 private:
  struct Channels {
    std::shared_ptr<Run> run;
    LiveBinding x, y, open, colour;
  };
  struct Layer {
    std::vector<Channels> runs;
    ColorBinding color;
    QString label;
    int dash = 0;
    bool bars = false, rank = false;
  };
  struct Point {
    const Run* run = nullptr;
    std::int64_t item = 0;
    double x = 0, y = 0;
    bool open = false;
    double colour = 0;
  };
  std::vector<Point> pointsOf(const Layer& layer) const;
  void addPoints(const Layer& layer, const std::vector<Point>& points, const Theme& theme, Chart& chart) const;
  void addBars(const Layer& layer, const std::vector<Point>& points, const Theme& theme, Chart& chart) const;
  std::optional<Point> pointAt(const QPointF& coordinates) const;
  QString textOf(const Point& point) const;

  std::vector<Layer> layers_;
};

}  // namespace learnscope
