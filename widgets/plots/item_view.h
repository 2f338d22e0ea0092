// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plot_view.h"

namespace learnscope {

/// A plot of what is recorded at the cursor: its layers are bindings that are looked at again at each refresh.
class ItemView : public PlotView {
  Q_OBJECT
 public:
  ItemView(ViewSpec spec, SessionModel& model, QWidget* parent);

 protected:
  void rebuild() final;
  bool update() final;
  void clickedAt(const QPointF& coordinates, const QPointF& position) override;
  void hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) override;
  void stepBy(int by) override;
  QString spokenText() const override;
  QString failure() const final { return feed_.error(); }

  /// Reads the layers of the page; their bindings are made by live().
  virtual void readLayers(const std::vector<Json>& layers) = 0;
  /// The item under a point, and what a tooltip says of it.
  struct Hit {
    std::optional<std::int64_t> item;
    QString text;
  };
  virtual std::optional<Hit> hit(const QPointF& coordinates) const = 0;
  /// More than bindings that has changed.
  virtual bool updateMore() { return false; }

  /// A binding that update() keeps at the cursor; its place stays valid until the next rebuild().
  std::shared_ptr<LiveBinding> live(const Binding& binding);
  const std::shared_ptr<Run>& shownRun() const { return run_; }
  AxisView axis(const char* name, const QString& title = {}) const;
  /// The value of a bound channel for each item of `reference`; `fallback` where the channel is not there.
  static std::vector<double> channel(const std::shared_ptr<LiveBinding>& binding, const Bound& reference,
                                     double fallback);
  QString itemText(std::int64_t id) const;

 private:
  std::vector<std::int64_t> itemIds() const;

  AnalysisFeed feed_;
  QString failed_;  ///< what failure() was when the chart was made
  std::shared_ptr<Run> run_;
  std::vector<std::shared_ptr<LiveBinding>> live_;
};

/// Range of finite values.
std::pair<double, double> extentOf(const std::vector<double>& values);

}  // namespace learnscope
