// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/item_view.h"

namespace learnscope {

/// Items of arrays as points of the plane.
class ScatterView : public ItemView {
  Q_OBJECT
 public:
  ScatterView(ViewSpec spec, SessionModel& model, QWidget* parent) : ItemView(std::move(spec), model, parent) {}
  QString dataCsv() const override;

 protected:
  void readLayers(const std::vector<Json>& layers) override;
  Chart chart(const Theme& theme) override;
  std::optional<Hit> hit(const QPointF& coordinates) const override;

 private:
  struct Layer {
    std::shared_ptr<LiveBinding> x, y, size, colorValue;
    std::shared_ptr<LiveBinding> against;  ///< what y should be: read-outs say how far it is from it
    ColorBinding color;
    QString label;        ///< of the legend
    bool joined = false;  ///< a line through the points instead of dots
    bool named = false;   ///< every point carries its id
  };
  /// What a layer's points are the items of: the first channel with items.
  static const Bound* reference(const Layer& layer);
  void addLayer(const Layer& layer, const Theme& theme, Chart& chart, Extent& xs, Extent& ys) const;

  void addCircles(const Theme& theme, Chart& chart) const;

  std::vector<Layer> layers_;
  std::vector<double> circles_;  ///< radii
};

}  // namespace learnscope
