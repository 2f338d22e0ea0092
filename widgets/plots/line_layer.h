// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "widgets/model/array_history.h"
#include "widgets/plots/curve.h"

namespace learnscope {

/// What the x axis of a line plot counts.
enum class XSource { Step, WallTime, Epoch };
XSource xSourceOf(const Json& view);

/// Steps to x: themselves, or the value of the run's measure "wallTime" or "epoch" recorded at or before the step.
class StepAxis {
 public:
  /// `origin` is the x that becomes 0.
  StepAxis(std::shared_ptr<const Run> run, XSource source, double origin = 0);
  double x(std::int64_t step) const;
  /// The last step at or before `x`.
  std::int64_t step(double x) const;

 private:
  std::shared_ptr<const Run> run_;
  const ScalarSeries* series_ = nullptr;
  double origin_;
};

/// The axis of a run in a comparison; none where the event it is aligned by did not happen.
std::unique_ptr<StepAxis> comparedAxis(const SessionModel& model, const std::shared_ptr<const Run>& run,
                                       XSource source);

/// One layer of a line plot as its page says.
struct LineSpec {
  Binding y;
  ColorBinding color;
  QString label;
  int dash = 0;
  bool smooth = true;
  bool band = false;              ///< mean and standard deviation over runs, or over the items of an array
  std::optional<Binding> spread;  ///< of an array: half-width of a ribbon about each item's line
  std::string against;            ///< measure that this line is a formula for: read-outs say how far they are apart
  QString select;
  Json json;

  static LineSpec parse(const Json& layer, const std::string& pointer, int index, const Json& view,
                        const Description& description);
};

struct LineContext {
  PlotCanvas& canvas;
  SessionModel& model;
  ScaleMap x, y;
  double smoothing = 0;
  bool wait = false;              ///< for what is still on disk: figures must be complete
  std::function<void()> arrived;  ///< data from disk came
};

/// A value that a layer shows at some step, for read-outs.
struct Readout {
  QString label;
  QColor color;
  double value = 0;
  bool main = false;                    ///< stands in the legend
  std::optional<double> residual = {};  ///< |difference| from what the layer is a formula for
};

/// A layer of a line plot: draws one measure of some runs and takes what is new.
class LineLayer {
 public:
  LineLayer(LineSpec spec, LineContext& context) : spec_(std::move(spec)), context_(context) {}
  virtual ~LineLayer() = default;
  /// Appends what is new; true if anything is.
  virtual bool update() = 0;
  /// Everything again on other scales.
  virtual void rescale() = 0;
  virtual void setSmoothing(double weight) = 0;
  virtual void restyle(const Theme& theme, const Selection& selection) = 0;
  virtual Extent xExtent() const = 0;
  virtual Extent yExtent() const = 0;
  /// Ribbons for the window (the lines are graphs).
  virtual void addRibbons(std::vector<Mark>&, const Theme&) const {}
  virtual void addMarks(std::vector<Mark>& marks, const Theme& theme, double low, double high, int columns) const = 0;
  virtual std::vector<Readout> readouts(std::int64_t step, const Theme& theme) const = 0;
  /// The item whose line passes nearest to a point (in coordinates, `perY` coordinates a pixel), if this layer has
  /// items.
  virtual std::optional<std::int64_t> itemAt(double, double, double) const { return std::nullopt; }
  /// The step of the nearest record before (by < 0) or after `step`.
  virtual std::optional<std::int64_t> recordBeside(std::int64_t step, int by) const = 0;
  virtual void addCsv(QString& text) const = 0;
  const LineSpec& spec() const { return spec_; }

 protected:
  LineSpec spec_;
  LineContext& context_;
};

/// A scalar measure: one line a run, or with `band` the mean over runs and a ribbon of one standard deviation.
std::unique_ptr<LineLayer> scalarLayer(LineSpec spec, LineContext& context, std::vector<std::shared_ptr<Run>> runs,
                                       std::shared_ptr<Run> current, XSource source);
/// A scalar measure of several runs, each in its colour; in Mode::Difference less the value that `current` has at the
/// same x, from its start to its end.
std::unique_ptr<LineLayer> comparedLayer(LineSpec spec, LineContext& context, std::vector<std::shared_ptr<Run>> runs,
                                         std::shared_ptr<Run> current, XSource source);
/// An array measure [K]: K lines, quantile ribbons above 32, or with `band` mean and deviation over its items.
std::unique_ptr<LineLayer> itemLayer(LineSpec spec, LineContext& context, std::shared_ptr<Run> run, XSource source);

/// The step of the nearest element of a sequence with steps before (by < 0) or after `step`.
template <class Sequence>
std::optional<std::int64_t> stepBeside(const Sequence& records, std::int64_t step, int by) {
  const std::ptrdiff_t at = indexAt(records, by < 0 ? step - 1 : step), i = by < 0 ? at : at + 1;
  if (i < 0 || i >= static_cast<std::ptrdiff_t>(records.size())) return std::nullopt;
  return records[static_cast<std::size_t>(i)].step;
}

QString csvQuoted(QString text);

}  // namespace learnscope
