// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "widgets/model/run_name.h"
#include "widgets/plots/line_layer.h"

namespace learnscope {
namespace {

/// A series by x, for looking up what lies between records.
class Reference {
 public:
  Reference(std::shared_ptr<Run> run, std::unique_ptr<StepAxis> axis, const Binding& y)
      : run_(std::move(run)), axis_(std::move(axis)), y_(y) {}

  void update() {
    const ScalarSeries& series = run_->scalars(y_.measure);
    for (std::size_t i = points_.size(); i < series.size(); ++i)
      points_.emplace_back(axis_->x(series[i].step), y_.apply(series[i].value));
  }
  bool reaches(double x) const { return !points_.empty() && x <= points_.back().first; }
  /// Linear between records; none before the first.
  std::optional<double> at(double x) const {
    const auto next = std::lower_bound(points_.begin(), points_.end(), x,
                                       [](const auto& point, double wanted) { return point.first < wanted; });
    if (next == points_.end()) return {};
    if (next->first == x) return next->second;
    if (next == points_.begin()) return {};
    const auto before = next - 1;
    const double share = (x - before->first) / (next->first - before->first);
    return before->second + share * (next->second - before->second);
  }

 private:
  std::shared_ptr<Run> run_;
  std::unique_ptr<StepAxis> axis_;
  Binding y_;
  std::vector<std::pair<double, double>> points_;
};

/// One run's line.
struct Line {
  Line(LineContext& context, std::shared_ptr<Run> r, std::unique_ptr<StepAxis> a)
      : run(std::move(r)), axis(std::move(a)), curve(context.canvas, context.x, context.y) {}
  std::shared_ptr<Run> run;
  std::unique_ptr<StepAxis> axis;
  Curve curve;
  std::size_t taken = 0;
};

class ComparedLayer : public LineLayer {
 public:
  ComparedLayer(LineSpec spec, LineContext& context, const std::vector<std::shared_ptr<Run>>& runs,
                std::shared_ptr<Run> current, XSource source)
      : LineLayer(std::move(spec), context), current_(std::move(current)) {
    const bool difference = context_.model.comparison().mode == Comparison::Mode::Difference;
    if (difference) {
      auto axis = comparedAxis(context_.model, current_, source);
      if (!axis) return;
      reference_ = std::make_unique<Reference>(current_, std::move(axis), spec_.y);
    }
    for (const std::shared_ptr<Run>& run : runs) {
      if (difference && run == current_) continue;
      if (auto axis = comparedAxis(context_.model, run, source))
        lines_.push_back(std::make_unique<Line>(context_, run, std::move(axis)));
    }
  }

  bool update() override {
    if (reference_) reference_->update();
    bool changed = false;
    for (auto& line : lines_) {
      const ScalarSeries& series = line->run->scalars(spec_.y.measure);
      for (const std::size_t size = series.size(); line->taken < size; ++line->taken) {
        const ScalarPoint& point = series[line->taken];
        const double x = line->axis->x(point.step);
        // What lies beyond the reference waits for it.
        if (reference_ && !reference_->reaches(x)) break;
        double value = spec_.y.apply(point.value);
        if (reference_) {
          const std::optional<double> base = reference_->at(x);
          if (!base) continue;
          value -= *base;
        }
        line->curve.append(x, value);
        changed = true;
      }
    }
    return changed;
  }

  void rescale() override {
    for (auto& line : lines_) {
      line->curve.clear(context_.x, context_.y);
      line->taken = 0;
    }
  }
  void setSmoothing(double weight) override {
    for (auto& line : lines_) line->curve.setSmoothing(spec_.smooth ? weight : 0);
  }
  void restyle(const Theme& theme, const Selection&) override {
    for (auto& line : lines_)
      line->curve.setStyle(color(*line, theme), line->run == current_ ? 2 : 1.5, spec_.dash, false);
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
  void addMarks(std::vector<Mark>& marks, const Theme& theme, double low, double high, int columns) const override {
    for (const auto& line : lines_) line->curve.addMarks(marks, color(*line, theme), 1, spec_.dash, low, high, columns);
  }

  std::vector<Readout> readouts(std::int64_t step, const Theme& theme) const override {
    std::vector<Readout> result;
    const auto own = comparedAxis(context_.model, current_, XSource::Step);
    for (const auto& line : lines_) {
      if (line->curve.size() == 0 || !own) continue;
      const double x =
          context_.model.comparison().align == Comparison::Align::Event ? own->x(step) : line->axis->x(step);
      if (line->axis->step(x) > line->run->lastStep()) continue;
      result.push_back({spec_.label + QStringLiteral(" \u00b7 ") + runName(context_.model, *line->run),
                        color(*line, theme), line->curve.valueAt(context_.x.forward(x)), line->run == current_});
    }
    return result;
  }
  std::optional<std::int64_t> recordBeside(std::int64_t step, int by) const override {
    return stepBeside(current_->scalars(spec_.y.measure), step, by);
  }
  void addCsv(QString& text) const override {
    for (const auto& line : lines_) {
      const QString head = csvQuoted(QString::fromStdString(line->run->info().id)) + ',' +
                           QString::number(line->run->info().seed) + ',' + csvQuoted(spec_.label) + ',';
      const ScalarSeries& series = line->run->scalars(spec_.y.measure);
      for (std::size_t i = 0; i < line->taken; ++i) {
        double value = spec_.y.apply(series[i].value);
        if (reference_) value -= reference_->at(line->axis->x(series[i].step)).value_or(NAN);
        text += head + QString::number(series[i].step) + ',' + QString::number(value, 'g', 17) + '\n';
      }
    }
  }

 private:
  QColor color(const Line& line, const Theme& theme) const { return theme.category(context_.model.colorOf(*line.run)); }

  std::shared_ptr<Run> current_;
  std::unique_ptr<Reference> reference_;
  std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace

std::unique_ptr<LineLayer> comparedLayer(LineSpec spec, LineContext& context, std::vector<std::shared_ptr<Run>> runs,
                                         std::shared_ptr<Run> current, XSource source) {
  return std::make_unique<ComparedLayer>(std::move(spec), context, runs, std::move(current), source);
}

}  // namespace learnscope
