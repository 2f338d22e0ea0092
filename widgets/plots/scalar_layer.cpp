// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <cmath>

#include "widgets/plots/line_layer.h"

namespace learnscope {

XSource xSourceOf(const Json& view) {
  const std::string name = view.contains("x") ? view["x"].value("source", std::string("step")) : "step";
  return name == "wallTime" ? XSource::WallTime : name == "epoch" ? XSource::Epoch : XSource::Step;
}

StepAxis::StepAxis(std::shared_ptr<const Run> run, XSource source, double origin)
    : run_(std::move(run)), origin_(origin) {
  if (source != XSource::Step) series_ = &run_->scalars(source == XSource::WallTime ? "wallTime" : "epoch");
}

double StepAxis::x(std::int64_t step) const {
  if (!series_) return static_cast<double>(step) - origin_;
  const std::ptrdiff_t i = indexAt(*series_, step);
  return (i < 0 ? 0 : (*series_)[static_cast<std::size_t>(i)].value) - origin_;
}

std::int64_t StepAxis::step(double x) const {
  x += origin_;
  if (!series_) return std::llround(x);
  std::size_t low = 0, high = series_->size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if ((*series_)[middle].value <= x)
      low = middle + 1;
    else
      high = middle;
  }
  return low == 0 ? 0 : (*series_)[low - 1].step;
}

std::unique_ptr<StepAxis> comparedAxis(const SessionModel& model, const std::shared_ptr<const Run>& run,
                                       XSource source) {
  const Comparison& comparison = model.comparison();
  if (comparison.align == Comparison::Align::WallTime) source = XSource::WallTime;
  if (comparison.align != Comparison::Align::Event) return std::make_unique<StepAxis>(run, source);
  const std::optional<std::int64_t> step = model.eventStep(*run, comparison.event);
  if (!step) return nullptr;
  return std::make_unique<StepAxis>(run, source, StepAxis(run, source).x(*step));
}

LineSpec LineSpec::parse(const Json& layer, const std::string& pointer, int index, const Json& view,
                         const Description& description) {
  LineSpec spec;
  if (!layer.contains("y")) throw ConfigError(pointer + "/y", "missing", "expected a measure");
  spec.y = Binding::parse(layer["y"], pointer + "/y");
  if (spec.y.source != Binding::Source::Measure)
    throw ConfigError(pointer + "/y", layer["y"].dump(), "expected a measure: a line is drawn over its records");
  spec.color = ColorBinding::parse(layer, pointer, QString::number(index));
  const Measure* measure = description.measure(spec.y.measure);
  spec.label = layer.contains("label") ? QString::fromStdString(layer["label"].get<std::string>())
               : measure               ? QString::fromStdString(measure->title)
                                       : QString::fromStdString(spec.y.measure);
  spec.dash = layer.value("dash", index);
  spec.smooth = layer.value("smooth", view.value("smooth", true));
  spec.band = layer.value("band", view.value("band", false));
  if (layer.contains("spread")) {
    spec.spread = Binding::parse(layer["spread"], pointer + "/spread");
    if (spec.spread->source != Binding::Source::Measure || !measure || measure->kind != MeasureKind::Array)
      throw ConfigError(pointer + "/spread", layer["spread"].dump(), "expected a measure beside an array as y");
  }
  spec.against = layer.value("against", std::string());
  if (!spec.against.empty() && !description.measure(spec.against))
    throw ConfigError(pointer + "/against", spec.against, "expected a measure: what this line is a formula for");
  spec.select = QString::fromStdString(layer.value("select", view.value("select", std::string())));
  spec.json = layer;
  return spec;
}

QString csvQuoted(QString text) {
  if (!text.contains(',') && !text.contains('"') && !text.contains('\n')) return text;
  return '"' + text.replace('"', QLatin1String("\"\"")) + '"';
}

namespace {

/// One run's line of a scalar measure.
struct RunLine {
  RunLine(LineContext& context, std::shared_ptr<Run> r, const Binding& y, XSource source)
      : run(std::move(r)),
        series(&run->scalars(y.measure)),
        axis(run, source),
        curve(context.canvas, context.x, context.y) {
    curve.setSmoothing(context.smoothing);
  }
  bool append(const Binding& y) {
    // A measure of which nothing was recorded has no series of its own yet: look again.
    if (taken == 0) series = &run->scalars(y.measure);
    const std::size_t size = series->size();
    if (taken == size) return false;
    for (; taken < size; ++taken) {
      const ScalarPoint& point = (*series)[taken];
      curve.append(axis.x(point.step), y.apply(point.value));
    }
    return true;
  }
  std::shared_ptr<Run> run;
  const ScalarSeries* series;
  std::size_t taken = 0;
  StepAxis axis;
  Curve curve;
};

class ScalarLayer : public LineLayer {
 public:
  ScalarLayer(LineSpec spec, LineContext& context, std::vector<std::shared_ptr<Run>> runs, std::shared_ptr<Run> current,
              XSource source)
      : LineLayer(std::move(spec), context), current_(std::move(current)) {
    // The current run's line is drawn last, above the others.
    std::stable_partition(runs.begin(), runs.end(), [&](const auto& run) { return run != current_; });
    for (std::shared_ptr<Run>& run : runs)
      lines_.push_back(std::make_unique<RunLine>(context, std::move(run), spec_.y, source));
    banded_ = spec_.band && lines_.size() > 1;
    if (banded_) mean_ = std::make_unique<Curve>(context.canvas, context.x, context.y);
    later_.setSingleShot(true);
    QObject::connect(&later_, &QTimer::timeout, &later_, [this] { context_.arrived(); });
  }

  bool update() override {
    bool changed = false;
    for (auto& line : lines_) changed |= line->append(spec_.y);
    bandStale_ |= changed;
    if (!banded_ || !bandStale_) return changed;
    // The band is computed over all values; not more often than it takes time for.
    const double rest =
        sinceBand_.isValid() ? 20 * bandNanoseconds_ - static_cast<double>(sinceBand_.nsecsElapsed()) : 0;
    if (rest > 0 && !context_.wait) {
      // The last values of a run must not wait for others that never come.
      if (!later_.isActive()) later_.start(static_cast<int>(rest * 1e-6) + 1);
      return changed;
    }
    computeBand();
    return true;
  }

  void rescale() override {
    for (auto& line : lines_) {
      line->curve.clear(context_.x, context_.y);
      line->taken = 0;
    }
    if (mean_) mean_->clear(context_.x, context_.y);
    bandStale_ = true;
    sinceBand_.invalidate();
  }

  void setSmoothing(double weight) override {
    const double own = spec_.smooth ? weight : 0;
    for (auto& line : lines_) line->curve.setSmoothing(own);
    if (mean_) mean_->setSmoothing(own);
  }

  void restyle(const Theme& theme, const Selection&) override {
    const QColor color = theme.color(spec_.color.key);
    for (auto& line : lines_) {
      // With a band only the mean is drawn: the runs' own lines feed it.
      const bool shown = !banded_;
      line->curve.setStyle(shown ? color : QColor(Qt::transparent), 1.5, spec_.dash,
                           line->run != current_ && lines_.size() > 1);
    }
    if (mean_) mean_->setStyle(color, 1.5, spec_.dash, false);
  }

  Extent xExtent() const override {
    Extent extent;
    for (const auto& line : lines_) extent.add(line->curve.xExtent());
    return extent;
  }
  Extent yExtent() const override {
    Extent extent;
    for (const auto& line : lines_) extent.add(line->curve.yExtent());
    return extent;
  }

  void addRibbons(std::vector<Mark>& marks, const Theme& theme) const override {
    if (!banded_ || ribbon_.x.empty()) return;
    Ribbon ribbon = ribbon_;
    ribbon.color = faded(theme.color(spec_.color.key), theme.dark ? 0.28 : 0.2);
    marks.emplace_back(std::move(ribbon));
  }

  void addMarks(std::vector<Mark>& marks, const Theme& theme, double low, double high, int columns) const override {
    const QColor color = theme.color(spec_.color.key);
    addRibbons(marks, theme);
    if (banded_) {
      mean_->addMarks(marks, color, 1, spec_.dash, low, high, columns);
      return;
    }
    for (const auto& line : lines_) {
      const bool other = line->run != current_ && lines_.size() > 1;
      line->curve.addMarks(marks, other ? faded(color, 0.4) : color, 1, spec_.dash, low, high, columns);
    }
  }

  std::vector<Readout> readouts(std::int64_t step, const Theme& theme) const override {
    std::vector<Readout> result;
    const QColor color = theme.color(spec_.color.key);
    if (banded_) {
      const double key = context_.x.forward(lines_.back()->axis.x(step));
      result.push_back({spec_.label, color, mean_->valueAt(key), true});
      return result;
    }
    for (const auto& line : lines_) {
      if (step > line->run->lastStep() || line->curve.size() == 0) continue;
      const double value = line->curve.valueAt(context_.x.forward(line->axis.x(step)));
      const bool main = line == lines_.back();
      const QString label =
          lines_.size() == 1 ? spec_.label : spec_.label + ' ' + QString::fromStdString(line->run->title());
      result.push_back({label, main ? color : faded(color, 0.6), value, main});
    }
    return result;
  }

  std::optional<std::int64_t> recordBeside(std::int64_t step, int by) const override {
    return lines_.empty() ? std::nullopt : stepBeside(*lines_.back()->series, step, by);
  }

  void addCsv(QString& text) const override {
    for (const auto& line : lines_) {
      const QString head = csvQuoted(QString::fromStdString(line->run->info().id)) + ',' +
                           QString::number(line->run->info().seed) + ',' + csvQuoted(spec_.label) + ',';
      for (std::size_t i = 0; i < line->taken; ++i) {
        const ScalarPoint& point = (*line->series)[i];
        text += head + QString::number(point.step) + ',' + QString::number(spec_.y.apply(point.value), 'g', 17) + '\n';
      }
    }
  }

 private:
  // Mean and sample standard deviation at the steps of the longest line, over the runs that have got there.
  void computeBand() {
    QElapsedTimer timer;
    timer.start();
    const RunLine* longest = lines_.front().get();
    for (const auto& line : lines_)
      if (line->taken > longest->taken) longest = line.get();
    mean_->clear(context_.x, context_.y);
    ribbon_ = {};
    std::vector<std::size_t> next(lines_.size(), 0);
    for (std::size_t i = 0; i < longest->taken; ++i) {
      const std::int64_t step = (*longest->series)[i].step;
      double sum = 0, squares = 0;
      int count = 0;
      for (std::size_t r = 0; r < lines_.size(); ++r) {
        const RunLine& line = *lines_[r];
        while (next[r] < line.taken && (*line.series)[next[r]].step <= step) ++next[r];
        if (next[r] == 0 || (next[r] == line.taken && (*line.series)[line.taken - 1].step < step)) continue;
        const double value = spec_.y.apply((*line.series)[next[r] - 1].value);
        if (!std::isfinite(value)) continue;
        sum += value;
        squares += value * value;
        ++count;
      }
      if (count == 0) continue;
      const double mean = sum / count;
      const double deviation = count > 1 ? std::sqrt(std::max(0.0, (squares - count * mean * mean) / (count - 1))) : 0;
      const double x = longest->axis.x(step);
      mean_->append(x, mean);
      ribbon_.x.push_back(context_.x.forward(x));
      ribbon_.high.push_back(context_.y.forward(mean + deviation));
      const double low = context_.y.forward(mean - deviation);
      // On a log axis a deviation larger than the mean reaches down to the edge.
      ribbon_.low.push_back(std::isfinite(low) ? low : context_.y.forward(mean) - 3);
    }
    bandStale_ = false;
    bandNanoseconds_ = static_cast<double>(timer.nsecsElapsed());
    sinceBand_.start();
  }

  std::shared_ptr<Run> current_;
  std::vector<std::unique_ptr<RunLine>> lines_;
  bool banded_ = false, bandStale_ = true;
  std::unique_ptr<Curve> mean_;
  Ribbon ribbon_;
  QElapsedTimer sinceBand_;
  QTimer later_;  ///< looks again when a band may be computed again
  double bandNanoseconds_ = 0;
};

}  // namespace

std::unique_ptr<LineLayer> scalarLayer(LineSpec spec, LineContext& context, std::vector<std::shared_ptr<Run>> runs,
                                       std::shared_ptr<Run> current, XSource source) {
  return std::make_unique<ScalarLayer>(std::move(spec), context, std::move(runs), std::move(current), source);
}

}  // namespace learnscope
