// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plot_view.h"

namespace learnscope {

/// Bars with `"runs": "shown"`: a scalar of each shown run, the current one at the cursor, the others at their newest
/// steps. Letters under the bars stand for the names in the legend: an ablation at a glance. Bars of several layers
/// stand side by side. A click makes a run the current one.
class RunBarsView : public PlotView {
  Q_OBJECT
 public:
  RunBarsView(ViewSpec spec, SessionModel& model, QWidget* parent);
  QString dataCsv() const override;

 protected:
  void rebuild() override;
  bool update() override;
  Chart chart(const Theme& theme) override;
  void clickedAt(const QPointF& coordinates, const QPointF& position) override;
  void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) override;
  void stepBy(int) override {}
  QString spokenText() const override;

 private:
  struct Layer {
    std::vector<LiveBinding> values;  ///< of each run
    QString label;
  };
  /// NaN where there is none.
  double height(const Layer& layer, std::size_t run) const;
  QString nameOf(std::size_t run) const;
  std::optional<std::size_t> runAt(const QPointF& coordinates) const;

  std::vector<std::shared_ptr<Run>> runs_;
  std::vector<Layer> layers_;
};

}  // namespace learnscope
