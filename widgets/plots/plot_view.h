// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/binding.h"
#include "widgets/model/view.h"
#include "widgets/plots/plot_canvas.h"
#include "widgets/plots/plot_header.h"

class QContextMenuEvent;
class QMenu;

namespace learnscope {

struct Extent;

/// "current", "shown" or "parent": which runs a view is bound to.
QString runsBinding(const ViewSpec& spec);
/// Range given in an axis of a spec, in values.
std::optional<std::pair<double, double>> rangeGiven(const Json& view, const char* axis);
/// What will fill a view that has nothing to show: the page's own words ("empty"), or what has to happen; of one whose
/// analysis failed, why.
QString emptyTextOf(const View& view, bool hasRun, const QString& failure = {});
/// The mistake in a page that `read` met, also one of a wrong JSON type; nothing if it is right.
std::optional<ConfigError> mistakeIn(const std::function<void()>& read);
/// What a view shows whose page has a mistake.
QString mistakeText(const ConfigError& error);
QString axisTitle(const Json& view, const char* axis, const QString& fallback = {});
/// A low..high that is never empty, widened by `margin` of its length on both sides.
std::pair<double, double> padded(double low, double high, double margin);

/// A view on a PlotCanvas: header, theme, menu, selection, and one chart that the window and figures share.
class PlotView : public View {
  Q_OBJECT
 public:
  PlotView(ViewSpec spec, SessionModel& model, QWidget* parent);
  void refresh() final;
  void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  std::unique_ptr<FilmFrame> filmFrame(const QRectF& rect, const FigureStyle& style) override;
  double figureAxesLeft(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  PanelStyle panelStyle() const override;
  void showPanelStyle(const PanelStyle& panel) override;
  PlotCanvas& canvas() const { return *canvas_; }
  PlotHeader& header() const { return *header_; }

 protected:
  /// Reads the layers anew: other run, other config, other run set.
  virtual void rebuild() = 0;
  /// Takes what is new; true if what is shown has changed.
  virtual bool update() = 0;
  /// The chart for the window; graphs of the canvas are the view's own business.
  virtual Chart chart(const Theme& theme) = 0;
  /// The chart for a figure, with all that graphs show as marks, in the frame of applyFrame().
  virtual Chart figureChart(const Theme& theme);
  /// Lets an axis show values (coordinates) with a margin, or the range that the page gives for it.
  void fit(AxisView& axis, const char* name, const Extent& values) const;
  /// Takes over the ranges that the user zoomed to, then what the figure being drawn says of the axes.
  void applyFrame(Chart& chart) const;
  /// Where the cursor stands on the x axis, of a view whose x axis is time.
  virtual std::optional<double> cursorCoordinate() const { return std::nullopt; }
  /// Colours of graphs after a change of theme.
  virtual void restyle() {}
  virtual void clickedAt(const QPointF& coordinates, const QPointF& position) = 0;
  virtual void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position);
  virtual void fillMenu(QMenu& menu);
  /// By the arrow keys: the next record or item.
  virtual void stepBy(int by) = 0;
  virtual void drawOverlay(QPainter& painter);

  Config config() const;
  std::shared_ptr<Run> run() const;
  void showChart();
  /// True while a figure is drawn: what is on disk is waited for.
  bool waiting() const { return waiting_; }
  /// Draws again at the next refresh even if no data came.
  void markDirty() { dirty_ = true; }
  /// Sets an item as the selection, or takes it away if it is the only one selected.
  void selectItem(std::int64_t id);
  bool isSelected(std::int64_t id) const;
  QString selectKind() const { return selectKind_; }
  QString emptyText() const;
  /// What an analysis of this view said that failed, or "".
  virtual QString failure() const { return {}; }
  /// "step 460. train 0.98; test 0.95"; what will fill it while it is empty.
  virtual QString spokenText() const;

  void changeEvent(QEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  std::string layerSignature() const;
  bool look();
  Chart chartOf(const FigureStyle& style);

  PlotHeader* header_;
  PlotCanvas* canvas_;
  QString selectKind_;
  std::string signature_;
  std::optional<ConfigError> mistake_;  ///< in the page
  bool dirty_ = true;
  bool waiting_ = false;
  PanelStyle panel_;  ///< of the figure that is drawn, or was last
};

}  // namespace learnscope
