// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "widgets/plots/line_layer.h"

namespace learnscope {
namespace {

constexpr std::size_t mostLines = 32;
constexpr std::array quantiles{0.05, 0.25, 0.5, 0.75, 0.95};

/// Quantiles by linear interpolation between order statistics (Hyndman & Fan 1996, type 7); reorders `values`.
std::array<double, 5> quantilesOf(std::vector<float>& values) {
  std::array<double, 5> result;
  result.fill(std::nan(""));
  std::erase_if(values, [](float v) { return !std::isfinite(v); });
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    const double place = quantiles[q] * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    result[q] = values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  }
  return result;
}

/// Lines of the items of an array over its records.
class ItemLayer : public LineLayer {
 public:
  ItemLayer(LineSpec spec, LineContext& context, std::shared_ptr<Run> run, XSource source)
      : LineLayer(std::move(spec), context),
        run_(run),
        axis_(run, source),
        history_(run, spec_.y, context.arrived),
        spread_(run, spec_.spread.value_or(Binding()), context.arrived),
        middle_(context.canvas, context.x, context.y) {}

  bool update() override {
    const bool wider = spec_.spread && spread_.update(2, context_.wait);
    const bool longer = history_.update(2, context_.wait);
    if (longer) takeRows();
    if (wider || longer) takeSpread();
    if (longer) lookAtColors();
    return wider || longer;
  }

  void rescale() override {
    taken_ = 0;
    ribbons_ = {};
    spreads_.clear();
    spreadTaken_ = 0;
    x_ = y_ = {};
    middle_.clear(context_.x, context_.y);
    for (auto& [id, curve] : curves_) curve->clear(context_.x, context_.y);
    takeRows();
    takeSpread();
  }

  void setSmoothing(double weight) override {
    smoothing_ = spec_.smooth ? weight : 0;
    middle_.setSmoothing(smoothing_);
    for (auto& [id, curve] : curves_) curve->setSmoothing(smoothing_);
  }

  void restyle(const Theme& theme, const Selection& selection) override {
    selection_ = selection.kind == spec_.select ? selection.ids : std::vector<std::int64_t>{};
    syncSelected();
    middle_.setStyle(theme.color(spec_.color.key), 1.5, spec_.band ? spec_.dash : 0, false);
    for (auto& [id, curve] : curves_) styleCurve(id, theme);
  }

  Extent xExtent() const override { return x_; }
  Extent yExtent() const override { return y_; }

  void addRibbons(std::vector<Mark>& marks, const Theme& theme) const override {
    const QColor color = theme.color(spec_.color.key);
    for (const bool wide : {true, false}) {
      const std::size_t lowest = wide ? 0 : 1;
      if (ribbons_.x.empty() || (spec_.band && wide)) continue;
      marks.push_back(
          Ribbon{ribbons_.x, ribbons_.at[lowest], ribbons_.at[4 - lowest], faded(color, theme.dark ? 0.2 : 0.15)});
    }
    for (const auto& [id, ribbon] : spreads_) {
      if (crowded_ || (!selection_.empty() && !isSelected(id))) continue;
      Ribbon drawn = ribbon;
      drawn.color = faded(itemColor(id, theme), theme.dark ? 0.3 : 0.22);
      marks.push_back(std::move(drawn));
    }
    if (rings_ && !crowded_) marks.push_back(rings(theme));
  }

  void addMarks(std::vector<Mark>& marks, const Theme& theme, double low, double high, int columns) const override {
    addRibbons(marks, theme);
    if (middle_.size() > 0)
      middle_.addMarks(marks, theme.color(spec_.color.key), 1, spec_.band ? spec_.dash : 0, low, high, columns);
    for (const auto& [id, curve] : curves_) {
      const bool fade = !selection_.empty() && !isSelected(id) && !crowded_;
      const QColor color = itemColor(id, theme);
      curve->addMarks(marks, fade ? faded(color, 0.35) : color, isSelected(id) ? 1.4 : 0.8, dash(), low, high, columns);
    }
  }

  std::vector<Readout> readouts(std::int64_t step, const Theme& theme) const override {
    std::vector<Readout> result;
    const double key = context_.x.forward(axis_.x(step));
    if (middle_.size() > 0)
      result.push_back({spec_.band ? spec_.label : spec_.label + QStringLiteral(" median"),
                        theme.color(spec_.color.key), middle_.valueAt(key), true});
    for (const auto& [id, curve] : curves_)
      result.push_back({itemName(id), itemColor(id, theme), curve->valueAt(key), false});
    return result;
  }

  std::optional<std::int64_t> itemAt(double x, double y, double perPixel) const override {
    const std::int64_t step = stepNear(x);
    const auto& rows = history_.rows();
    auto row =
        std::upper_bound(rows.begin(), rows.end(), step, [](std::int64_t s, const auto& r) { return s < r.step; });
    if (row == rows.begin()) return std::nullopt;
    --row;
    std::optional<std::int64_t> best;
    double least = 8 * perPixel;
    for (std::size_t i = 0; i < row->values.size(); ++i) {
      const double distance = std::abs(context_.y.forward(row->values[i]) - y);
      if (!(distance < least)) continue;
      least = distance;
      best = row->id(i);
    }
    return best;
  }

  std::optional<std::int64_t> recordBeside(std::int64_t step, int by) const override {
    return stepBeside(history_.rows(), step, by);
  }

  void addCsv(QString& text) const override {
    const QString head =
        csvQuoted(QString::fromStdString(run_->info().id)) + ',' + QString::number(run_->info().seed) + ',';
    for (const ArrayHistory::Row& row : history_.rows())
      for (std::size_t i = 0; i < row.values.size(); ++i)
        text += head + csvQuoted(itemName(row.id(i))) + ',' + QString::number(row.step) + ',' +
                QString::number(static_cast<double>(row.values[i]), 'g', 9) + '\n';
  }

 private:
  struct Ribbons {
    std::vector<double> x;
    std::array<std::vector<double>, 5> at;  ///< by quantile; for `band` 1 and 3 hold mean ∓ deviation
  };

  bool isSelected(std::int64_t id) const {
    return std::find(selection_.begin(), selection_.end(), id) != selection_.end();
  }
  void styleCurve(std::int64_t id, const Theme& theme) {
    const bool selected = isSelected(id), behind = !selection_.empty() && !selected && !crowded_;
    curves_.at(id)->setStyle(itemColor(id, theme), selected ? 2 : 1, dash(), behind);
  }
  // Items tell each other apart by colour; a dash tells one layer from another of the same items.
  int dash() const { return rings_ || spec_.json.contains("dash") ? spec_.dash : 0; }
  Dots rings(const Theme& theme) const {
    Dots result;
    for (const ArrayHistory::Row& row : history_.rows())
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        const QPointF at(context_.x.forward(axis_.x(row.step)), context_.y.forward(row.values[i]));
        if (std::isfinite(at.x()) && std::isfinite(at.y()))
          result.dots.push_back({at, 4, itemColor(row.id(i), theme), false, {}, true});
      }
    return result;
  }
  QString itemName(std::int64_t id) const { return spec_.label + ' ' + QString::number(id); }
  QColor itemColor(std::int64_t id, const Theme& theme) const {
    if (crowded_) return theme.text;
    if (spec_.color.value) {
      const auto found = colorValues_.find(id);
      return spec_.color.at(found == colorValues_.end() ? std::nan("") : found->second, colorRange_, theme);
    }
    return spec_.json.contains("color") ? theme.color(spec_.color.key) : theme.category(static_cast<int>(id % 1000));
  }
  std::int64_t stepNear(double coordinate) const {
    const auto& rows = history_.rows();
    const auto row = std::upper_bound(
        rows.begin(), rows.end(), coordinate,
        [this](double c, const ArrayHistory::Row& r) { return c < context_.x.forward(axis_.x(r.step)); });
    return row == rows.begin() ? -1 : std::prev(row)->step;
  }

  void takeRows() {
    const auto& rows = history_.rows();
    for (; taken_ < rows.size(); ++taken_) {
      const ArrayHistory::Row& row = rows[taken_];
      if (!crowded_ && (row.values.size() > mostLines || spec_.band)) crowd();
      const double x = axis_.x(row.step);
      x_.add(context_.x.forward(x));
      for (const float value : row.values) y_.add(context_.y.forward(value));
      if (crowded_) summarise(row, x);
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        const std::int64_t id = row.id(i);
        auto found = curves_.find(id);
        if (found == curves_.end()) {
          if (crowded_) continue;
          found = addCurve(id);
        }
        found->second->append(x, row.values[i]);
      }
    }
  }

  // Ribbons as far as both histories go; the half-widths may come from disk after the values, or before them.
  void takeSpread() {
    const auto &rows = history_.rows(), &widths = spread_.rows();
    for (; spreadTaken_ < widths.size(); ++spreadTaken_) {
      const ArrayHistory::Row& width = widths[spreadTaken_];
      if ((rows.empty() || rows.back().step < width.step) && !history_.complete()) return;
      const std::ptrdiff_t at = indexAt(rows, width.step);
      if (at < 0 || rows[static_cast<std::size_t>(at)].step != width.step) continue;
      const ArrayHistory::Row& row = rows[static_cast<std::size_t>(at)];
      const double x = context_.x.forward(axis_.x(row.step));
      for (std::size_t i = 0; i < std::min(row.values.size(), width.values.size()); ++i) {
        Ribbon& ribbon = spreads_[row.id(i)];
        ribbon.x.push_back(x);
        ribbon.low.push_back(context_.y.forward(row.values[i] - width.values[i]));
        ribbon.high.push_back(context_.y.forward(row.values[i] + width.values[i]));
      }
    }
  }

  std::map<std::int64_t, std::unique_ptr<Curve>>::iterator addCurve(std::int64_t id) {
    auto curve = std::make_unique<Curve>(context_.canvas, context_.x, context_.y);
    curve->setSmoothing(smoothing_);
    const auto added = curves_.emplace(id, std::move(curve)).first;
    styleCurve(id, context_.canvas.theme());
    return added;
  }

  // The values that colour the lines, at the newest record of what is drawn.
  void lookAtColors() {
    if (!spec_.color.value || history_.rows().empty() || crowded_) return;
    const auto value = evaluate(*spec_.color.value, context_.model, *run_, history_.rows().back().step);
    if (!value) return;
    Bound items;
    const ArrayHistory::Row& row = history_.rows().back();
    items.shape = {static_cast<std::int64_t>(row.values.size())};
    if (row.ids) items.ids = *row.ids;
    const std::vector<double> values = value->forItems(items);
    std::map<std::int64_t, double> now;
    for (std::size_t i = 0; i < values.size(); ++i) now[row.id(i)] = values[i];
    if (now == colorValues_) return;
    colorValues_ = std::move(now);
    colorRange_ = spec_.color.rangeOf(values);
    for (auto& [id, curve] : curves_) styleCurve(id, context_.canvas.theme());
  }

  // Too many lines to tell apart: from now on quantiles, and lines only of what is selected.
  void crowd() {
    crowded_ = true;
    curves_.clear();
    const std::size_t upTo = taken_;
    for (std::size_t i = 0; i < upTo; ++i) summarise(history_.rows()[i], axis_.x(history_.rows()[i].step));
    syncSelected();
  }

  void syncSelected() {
    if (!crowded_) return;
    std::erase_if(curves_, [this](const auto& entry) { return !isSelected(entry.first); });
    for (const std::int64_t id : selection_) {
      if (curves_.count(id)) continue;
      Curve& curve = *addCurve(id)->second;
      for (std::size_t r = 0; r < taken_; ++r) {
        const ArrayHistory::Row& row = history_.rows()[r];
        for (std::size_t i = 0; i < row.values.size(); ++i)
          if (row.id(i) == id) curve.append(axis_.x(row.step), row.values[i]);
      }
    }
  }

  void summarise(const ArrayHistory::Row& row, double x) {
    std::vector<float> values = row.values;
    std::array<double, 5> summary = quantilesOf(values);
    if (spec_.band && !values.empty()) {
      double sum = 0, squares = 0;
      for (const float v : values) sum += v;
      const double n = static_cast<double>(values.size()), mean = sum / n;
      for (const float v : values) squares += (v - mean) * (v - mean);
      const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
      summary = {mean - deviation, mean - deviation, mean, mean + deviation, mean + deviation};
    }
    middle_.append(x, summary[2]);
    ribbons_.x.push_back(context_.x.forward(x));
    for (std::size_t q = 0; q < 5; ++q) ribbons_.at[q].push_back(context_.y.forward(summary[q]));
  }

  std::shared_ptr<Run> run_;
  StepAxis axis_;
  ArrayHistory history_, spread_;
  Curve middle_;
  std::map<std::int64_t, std::unique_ptr<Curve>> curves_;
  Ribbons ribbons_;
  std::map<std::int64_t, Ribbon> spreads_;  ///< by item, of spec_.spread
  Extent x_, y_;
  std::map<std::int64_t, double> colorValues_;
  std::pair<double, double> colorRange_{0, 1};
  std::vector<std::int64_t> selection_;
  std::size_t taken_ = 0, spreadTaken_ = 0;
  double smoothing_ = 0;
  bool crowded_ = false;
  bool rings_ = spec_.json.value("rings", false);
};

}  // namespace

std::unique_ptr<LineLayer> itemLayer(LineSpec spec, LineContext& context, std::shared_ptr<Run> run, XSource source) {
  return std::make_unique<ItemLayer>(std::move(spec), context, std::move(run), source);
}

}  // namespace learnscope
