// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/array_history.h"
#include "widgets/plots/item_view.h"
#include "widgets/plots/line_layer.h"

namespace learnscope {

/// A 2D array as coloured cells, or (`over`: step) a 1D array stacked over step.
class HeatmapView : public ItemView {
  Q_OBJECT
 public:
  HeatmapView(ViewSpec spec, SessionModel& model, QWidget* parent);
  QString dataCsv() const override;

 protected:
  void readLayers(const std::vector<Json>& layers) override;
  bool updateMore() override;
  Chart chart(const Theme& theme) override;
  std::optional<double> cursorCoordinate() const override;
  std::optional<Hit> hit(const QPointF& coordinates) const override;
  void clickedAt(const QPointF& coordinates, const QPointF& position) override;
  void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) override;
  void drawOverlay(QPainter& painter) override;
  void stepBy(int by) override;

 private:
  struct Category {
    double value = 0;
    QString label, color;
  };
  /// Row-major values with their size.
  struct Grid {
    int rows = 0, columns = 0;
    std::vector<double> values;
  };
  void readCategories(const Json& layer, const std::string& pointer);
  void readLevels(const Json& layer, const std::string& pointer);
  Grid grid() const;
  QImage image(const Grid& grid, std::pair<double, double> range, const Theme& theme) const;
  void addWaterfall(Chart& chart, const Theme& theme) const;
  void addCells(Chart& chart, const Theme& theme) const;
  void addLevels(Chart& chart, const Grid& grid, const Theme& theme) const;
  void nameRows(Chart& chart) const;
  void addKey(Chart& chart, const Grid& grid, std::pair<double, double> range, const Theme& theme) const;
  std::size_t levelCount(const Grid& grid) const;

  std::shared_ptr<LiveBinding> value_;
  std::shared_ptr<LiveBinding> levels_;    ///< an array with one item a category, if each has a height of its own
  std::unique_ptr<ArrayHistory> history_;  ///< of a waterfall
  ColorBinding color_;
  std::vector<Category> categories_;
  std::vector<QString> rows_;  ///< names of the rows; empty: their numbers
  std::int64_t lastStep_ = 0;
};

}  // namespace learnscope
