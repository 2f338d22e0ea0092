// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/run_scatter_view.h"

#include <QToolTip>
#include <cmath>
#include <map>

#include "engine/measures/rank_correlation.h"
#include "widgets/plots/line_layer.h"

namespace learnscope {
namespace {

bool flagOf(const Json& layer, const char* key, const std::string& pointer) {
  if (!layer.contains(key)) return false;
  if (!layer[key].is_boolean()) throw ConfigError(pointer + "/" + key, layer[key].dump(), "expected true or false");
  return layer[key].get<bool>();
}

struct Spread {
  double mean = 0, deviation = 0;
};

/// Mean and standard deviation of finite values (0 for a single one).
Spread spreadOf(const std::vector<double>& values) {
  Spread spread;
  for (const double v : values) spread.mean += v / static_cast<double>(values.size());
  if (values.size() < 2) return spread;
  for (const double v : values) spread.deviation += (v - spread.mean) * (v - spread.mean);
  spread.deviation = std::sqrt(spread.deviation / static_cast<double>(values.size() - 1));
  return spread;
}

}  // namespace

RunScatterView::RunScatterView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : PlotView(std::move(viewSpec), sessionModel, parent) {
  connect(&model(), &SessionModel::cursorChanged, this, [this] {
    if (isVisible()) refresh();
  });
}

void RunScatterView::rebuild() {
  layers_.clear();
  const auto runs = model().runs(runsBinding(spec()));
  const std::vector<Json> pages = spec().layers(config(), model().description());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Json& json = pages[i];
    const std::string pointer = "/layers/" + std::to_string(i);
    for (const char* name : {"x", "y"})
      if (!json.contains(name)) throw ConfigError(pointer + "/" + name, "missing", "expected a binding");
    Layer layer;
    layer.color = ColorBinding::parse(json, pointer, QString::number(i));
    layer.label = QString::fromStdString(json.value("label", std::string()));
    layer.dash = json.value("dash", 0);
    layer.bars = flagOf(json, "bars", pointer);
    const std::string statistic = json.value("statistic", std::string());
    if (!statistic.empty() && statistic != "rank")
      throw ConfigError(pointer + "/statistic", statistic, "expected rank");
    layer.rank = !statistic.empty();
    for (const std::shared_ptr<Run>& run : runs)
      layer.runs.push_back(
          {run, LiveBinding(Binding::parse(json["x"], pointer + "/x")),
           LiveBinding(Binding::parse(json["y"], pointer + "/y")),
           LiveBinding(json.contains("open") ? Binding::parse(json["open"], pointer + "/open") : Binding()),
           LiveBinding(layer.color.value.value_or(Binding()))});
    layers_.push_back(std::move(layer));
  }
}

bool RunScatterView::update() {
  bool changed = false;
  for (Layer& layer : layers_)
    for (Channels& one : layer.runs) {
      const std::int64_t step = one.run == model().run() ? model().cursor() : one.run->lastStep();
      for (LiveBinding* binding : {&one.x, &one.y, &one.open, &one.colour})
        changed |= binding->update(model(), *one.run, step);
    }
  return changed;
}

std::vector<RunScatterView::Point> RunScatterView::pointsOf(const Layer& layer) const {
  std::vector<Point> points;
  for (const Channels& one : layer.runs) {
    if (!one.x.value() || !one.y.value()) continue;
    const Bound& items = one.y.value()->scalar() ? *one.x.value() : *one.y.value();
    const std::vector<double> x = one.x.value()->forItems(items), y = one.y.value()->forItems(items),
                              open = one.open.value() ? one.open.value()->forItems(items) : std::vector<double>(),
                              colour = one.colour.value() ? one.colour.value()->forItems(items) : std::vector<double>();
    for (std::size_t i = 0; i < y.size(); ++i)
      if (std::isfinite(x[i]) && std::isfinite(y[i]))
        points.push_back({one.run.get(), items.id(i), x[i], y[i], !open.empty() && open[i] != 0,
                          colour.empty() ? std::nan("") : colour[i]});
  }
  return points;
}

void RunScatterView::addPoints(const Layer& layer, const std::vector<Point>& points, const Theme& theme,
                               Chart& result) const {
  std::vector<double> values;
  for (const Point& point : points) values.push_back(point.colour);
  const auto range = layer.color.rangeOf(values);
  Dots dots;
  for (const Point& point : points) {
    Dot dot;
    dot.at = {result.x.scale.forward(point.x), result.y.scale.forward(point.y)};
    dot.radius = layer.bars ? 2.4 : 3.6;
    dot.color = layer.color.at(point.colour, range, theme);
    dot.mark = layer.color.markAt(point.colour);
    dot.hollow = point.open;
    dot.selected = isSelected(point.item);
    dots.dots.push_back(std::move(dot));
  }
  result.marks.emplace_back(std::move(dots));
  if (layer.color.value && layer.color.map != QLatin1String("category"))
    result.bar = ColorBar{layer.color.title, layer.color.map, range.first, range.second};
}

void RunScatterView::addBars(const Layer& layer, const std::vector<Point>& points, const Theme& theme,
                             Chart& result) const {
  std::map<double, std::vector<double>> groups;
  for (const Point& point : points) groups[point.x].push_back(point.y);
  const QColor color = theme.color(layer.color.key);
  Polyline means{{}, color, 1, layer.dash};
  for (const auto& [at, values] : groups) {
    const Spread spread = spreadOf(values);
    const double x = result.x.scale.forward(at);
    means.points.emplace_back(x, result.y.scale.forward(spread.mean));
    if (!(spread.deviation > 0)) continue;
    const double low = result.y.scale.forward(spread.mean - spread.deviation),
                 high = result.y.scale.forward(spread.mean + spread.deviation);
    result.marks.emplace_back(Polyline{{{x, low}, {x, high}}, color, 2.4, 0});
  }
  result.marks.emplace_back(std::move(means));
}

Chart RunScatterView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  for (const auto& [view, name] : {std::pair{&result.x, "x"}, std::pair{&result.y, "y"}}) {
    view->title = axisTitle(spec().json, name);
    if (spec().json.contains(name))
      view->scale = ScaleMap::parse(QString::fromStdString(spec().json[name].value("scale", std::string())));
  }
  Extent xs, ys;
  for (const Layer& layer : layers_) {
    const std::vector<Point> points = pointsOf(layer);
    std::vector<double> x, y;
    for (const Point& point : points) {
      x.push_back(point.x);
      y.push_back(point.y);
      xs.add(result.x.scale.forward(point.x));
      ys.add(result.y.scale.forward(point.y));
    }
    if (layer.bars) addBars(layer, points, theme, result);
    addPoints(layer, points, theme, result);
    QString label = layer.label;
    if (const double rank = layer.rank ? rankCorrelation(x, y) : std::nan(""); std::isfinite(rank))
      label = (label.isEmpty() ? QString() : label + QStringLiteral(": ")) +
              tr("rank correlation %1 (%n point(s))", nullptr, static_cast<int>(x.size())).arg(formatNumber(rank, 2));
    if (!label.isEmpty())
      result.legend.push_back({label, layer.color.value ? theme.text : theme.color(layer.color.key),
                               layer.bars ? LegendEntry::Shape::Line : LegendEntry::Shape::Dot, layer.dash});
  }
  if (xs.empty() || ys.empty()) {
    result.empty = emptyText();
    return result;
  }
  fit(result.x, "x", xs);
  fit(result.y, "y", ys);
  return result;
}

std::optional<RunScatterView::Point> RunScatterView::pointAt(const QPointF& at) const {
  const Mapper mapper = canvas().mapper();
  const QPointF position = mapper.point(at);
  const Chart& shown = canvas().chart();
  std::optional<Point> best;
  double least = 12;  // pixels
  for (const Layer& layer : layers_)
    for (const Point& point : pointsOf(layer)) {
      const QPointF p = mapper.point({shown.x.scale.forward(point.x), shown.y.scale.forward(point.y)});
      const double distance = std::hypot(p.x() - position.x(), p.y() - position.y());
      if (!(distance < least)) continue;
      least = distance;
      best = point;
    }
  return best;
}

QString RunScatterView::textOf(const Point& point) const {
  const QString title = QString::fromStdString(point.run->title());
  QString text = (title.isEmpty() ? tr("run") : title) + QStringLiteral(", ") +
                 tr("seed %1").arg(static_cast<qulonglong>(point.run->info().seed));
  if (!selectKind().isEmpty()) text += QStringLiteral(", ") + selectKind() + ' ' + QString::number(point.item);
  return text + QStringLiteral(": %1, %2").arg(formatNumber(point.x), formatNumber(point.y)) +
         (point.open ? tr(" (not yet)") : QString());
}

void RunScatterView::clickedAt(const QPointF& coordinates, const QPointF&) {
  if (const auto point = pointAt(coordinates)) model().makeCurrent(point->run->info().id);
}

void RunScatterView::hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) {
  const auto point = coordinates ? pointAt(*coordinates) : std::nullopt;
  if (!point) {
    QToolTip::hideText();
    return;
  }
  QToolTip::showText(canvas().mapToGlobal(position.toPoint()), textOf(*point), &canvas());
}

QString RunScatterView::dataCsv() const {
  QString text = QStringLiteral("layer,run,seed,item,x,y,open\n");
  for (const Layer& layer : layers_)
    for (const Point& point : pointsOf(layer))
      text += csvQuoted(layer.label) + ',' + csvQuoted(QString::fromStdString(point.run->info().id)) + ',' +
              QString::number(static_cast<qulonglong>(point.run->info().seed)) + ',' + QString::number(point.item) +
              ',' + QString::number(point.x, 'g', 17) + ',' + QString::number(point.y, 'g', 17) + ',' +
              (point.open ? '1' : '0') + '\n';
  return text;
}

}  // namespace learnscope
