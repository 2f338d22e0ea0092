// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/run_bars_view.h"

#include <QToolTip>
#include <cmath>

#include "widgets/model/run_name.h"
#include "widgets/plots/item_view.h"
#include "widgets/plots/line_layer.h"

namespace learnscope {
namespace {

constexpr double allBars = 0.7;  ///< of the distance of two runs

/// "A", ..., "Z", "27", ...
QString letterOf(std::size_t run) {
  return run < 26 ? QString(QChar(static_cast<char16_t>(u'A' + run))) : QString::number(run + 1);
}

}  // namespace

RunBarsView::RunBarsView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : PlotView(std::move(viewSpec), sessionModel, parent) {
  connect(&model(), &SessionModel::cursorChanged, this, [this] {
    if (isVisible()) refresh();
  });
}

void RunBarsView::rebuild() {
  layers_.clear();
  runs_ = model().runs(runsBinding(spec()));
  const std::vector<Json> pages = spec().layers(config(), model().description());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Json& json = pages[i];
    const std::string pointer = "/layers/" + std::to_string(i) + "/y";
    if (!json.contains("y")) throw ConfigError(pointer, "missing", "expected a scalar measure");
    Layer layer;
    layer.label = QString::fromStdString(json.value("label", std::string()));
    for (std::size_t run = 0; run < runs_.size(); ++run) layer.values.emplace_back(Binding::parse(json["y"], pointer));
    layers_.push_back(std::move(layer));
  }
}

bool RunBarsView::update() {
  bool changed = false;
  for (Layer& layer : layers_)
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::int64_t step = runs_[i] == model().run() ? model().cursor() : runs_[i]->lastStep();
      changed |= layer.values[i].update(model(), *runs_[i], step);
    }
  return changed;
}

double RunBarsView::height(const Layer& layer, std::size_t run) const {
  const std::optional<Bound>& value = layer.values[run].value();
  return value && value->scalar() && !value->values.empty() ? value->values[0] : std::nan("");
}

QString RunBarsView::nameOf(std::size_t run) const { return runName(model(), *runs_[run]); }

Chart RunBarsView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x.title = axisTitle(spec().json, "x");
  result.y.title = axisTitle(spec().json, "y");
  double low = 0, high = 0;
  bool any = false;
  Boxes boxes;
  const double own = allBars / static_cast<double>(std::max<std::size_t>(1, layers_.size()));
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const QColor color = theme.color(QString::number(run % 7));
    result.x.named.push_back({static_cast<double>(run), letterOf(run)});
    result.legend.push_back({letterOf(run) + QStringLiteral("  ") + nameOf(run), color, LegendEntry::Shape::Square, 0});
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const double top = height(layers_[l], run);
      if (!std::isfinite(top)) continue;
      any = true;
      low = std::min(low, top);
      high = std::max(high, top);
      const double left = static_cast<double>(run) - allBars / 2 + static_cast<double>(l) * own;
      boxes.boxes.push_back({QRectF(QPointF(left, 0), QPointF(left + own, top)), color, false});
    }
  }
  if (!any) {
    result.empty = emptyText();
    result.legend.clear();
    return result;
  }
  result.x.low = -0.6;
  result.x.high = static_cast<double>(runs_.size()) - 0.4;
  std::tie(result.y.low, result.y.high) = padded(low, high, 0.08);
  if (low >= 0) result.y.low = 0;
  if (const auto given = rangeGiven(spec().json, "y")) std::tie(result.y.low, result.y.high) = *given;
  result.marks.emplace_back(std::move(boxes));
  return result;
}

std::optional<std::size_t> RunBarsView::runAt(const QPointF& at) const {
  const double place = std::round(at.x());
  if (place < 0 || place >= static_cast<double>(runs_.size()) || std::abs(at.x() - place) > allBars / 2) return {};
  return static_cast<std::size_t>(place);
}

void RunBarsView::clickedAt(const QPointF& coordinates, const QPointF&) {
  if (const auto run = runAt(coordinates)) model().makeCurrent(runs_[*run]->info().id);
}

void RunBarsView::hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) {
  const auto run = coordinates ? runAt(*coordinates) : std::nullopt;
  if (!run) {
    QToolTip::hideText();
    return;
  }
  QString text = nameOf(*run);
  for (const Layer& layer : layers_)
    text += QStringLiteral("\n%1 %2").arg(layer.label, formatNumber(height(layer, *run)));
  QToolTip::showText(canvas().mapToGlobal(position.toPoint()), text, &canvas());
}

QString RunBarsView::spokenText() const {
  QStringList said;
  for (std::size_t run = 0; run < runs_.size(); ++run)
    for (const Layer& layer : layers_)
      said << QStringLiteral("%1: %2 %3").arg(nameOf(run), layer.label, formatNumber(height(layer, run)));
  return said.isEmpty() ? emptyText() : said.join(QStringLiteral("; "));
}

QString RunBarsView::dataCsv() const {
  QString text = QStringLiteral("layer,run,seed,name,value\n");
  for (const Layer& layer : layers_)
    for (std::size_t run = 0; run < runs_.size(); ++run)
      text += csvQuoted(layer.label) + ',' + csvQuoted(QString::fromStdString(runs_[run]->info().id)) + ',' +
              QString::number(static_cast<qulonglong>(runs_[run]->info().seed)) + ',' + csvQuoted(nameOf(run)) + ',' +
              QString::number(height(layer, run), 'g', 17) + '\n';
  return text;
}

}  // namespace learnscope
