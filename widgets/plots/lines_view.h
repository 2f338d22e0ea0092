// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/line_layer.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/run_markers.h"

namespace learnscope {

/// The mime type of a measure's id that is dragged from a list of measures.
inline constexpr const char* measureMimeType = "application/x-learnscope-measure";

/// Measures over step, wall time or epoch.
class LinesView : public PlotView {
  Q_OBJECT
 public:
  LinesView(ViewSpec spec, SessionModel& model, QWidget* parent);
  ~LinesView() override;
  QString dataCsv() const override;
  PanelStyle panelStyle() const override;
  void showPanelStyle(const PanelStyle& panel) override;

  /// 0 <= weight < 1.
  void setSmoothing(double weight);
  double smoothing() const { return context_.smoothing; }
  void setYScale(ScaleMap::Kind kind);
  void setXScale(ScaleMap::Kind kind);
  /// Adds a line of a measure; throws ConfigError if there is no such measure.
  void addMeasure(const std::string& measure);

 protected:
  void rebuild() override;
  bool update() override;
  Chart chart(const Theme& theme) override;
  Chart figureChart(const Theme& theme) override;
  std::optional<double> cursorCoordinate() const override;
  void restyle() override;
  void clickedAt(const QPointF& coordinates, const QPointF& position) override;
  void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) override;
  void fillMenu(QMenu& menu) override;
  void stepBy(int by) override;
  void drawOverlay(QPainter& painter) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  ScaleMap pageScale(const char* axis) const;
  bool syncThreshold();
  void rescale();
  AxisView xAxisView() const;
  AxisView yAxisView() const;
  void showValues();
  /// What a layer shows at a step, with residuals where it is a formula for another layer's measure.
  std::vector<Readout> readouts(const LineLayer& layer, std::int64_t step) const;
  void drawReadouts(QPainter& painter, const Mapper& mapper, double x, std::int64_t step) const;
  void addScaleMenu(QMenu& menu, const QString& title, bool horizontal);

  LineContext context_;
  XSource source_;
  std::shared_ptr<Run> current_;
  std::unique_ptr<StepAxis> axis_;
  std::vector<std::unique_ptr<LineLayer>> layers_;
  std::vector<Json> added_;
  bool wasLog_ = false;     ///< symlog only while differences are shown
  bool comparing_ = false;  ///< colour says the run, whatever the page says
  Extent x_, y_;
  std::size_t markersSeen_ = 0;
  std::int64_t targetSeen_ = 0;
};

}  // namespace learnscope
