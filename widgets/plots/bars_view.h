// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/item_view.h"

namespace learnscope {

/// Bars of the items of an array at the cursor, or its histogram.
class BarsView : public ItemView {
  Q_OBJECT
 public:
  BarsView(ViewSpec spec, SessionModel& model, QWidget* parent) : ItemView(std::move(spec), model, parent) {}
  QString dataCsv() const override;

 protected:
  void readLayers(const std::vector<Json>& layers) override;
  Chart chart(const Theme& theme) override;
  std::optional<Hit> hit(const QPointF& coordinates) const override;

 private:
  struct Layer {
    std::shared_ptr<LiveBinding> y, x, colorValue;
    ColorBinding color;
    QString label;
    std::vector<QString> labels;
    int bins = 0;                                    ///< > 0: a histogram
    std::optional<std::pair<double, double>> range;  ///< of the histogram
  };
  /// One bar in values: from..to on x, its height, the item it stands for.
  struct Bar {
    double from = 0, to = 0, height = 0;
    std::optional<std::int64_t> item;
    QString label;
    QColor color;
  };
  std::vector<Bar> bars(std::size_t layer, const Theme& theme) const;
  static std::vector<Bar> histogram(const Layer& layer, const QColor& color);

  std::vector<Layer> layers_;
};

}  // namespace learnscope
