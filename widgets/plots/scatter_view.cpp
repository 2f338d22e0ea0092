// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/scatter_view.h"

#include <cmath>

#include "widgets/plots/line_layer.h"

namespace learnscope {

void ScatterView::readLayers(const std::vector<Json>& layers) {
  layers_.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Json& json = layers[i];
    const std::string pointer = "/layers/" + std::to_string(i);
    Layer layer;
    for (const char* name : {"x", "y"})
      if (!json.contains(name)) throw ConfigError(pointer + "/" + name, "missing", "expected a binding");
    layer.x = live(Binding::parse(json["x"], pointer + "/x"));
    layer.y = live(Binding::parse(json["y"], pointer + "/y"));
    if (json.contains("size")) layer.size = live(Binding::parse(json["size"], pointer + "/size"));
    layer.color = ColorBinding::parse(json, pointer, QString::number(i));
    if (layer.color.value) layer.colorValue = live(*layer.color.value);
    if (json.contains("label") && json["label"].is_string())
      layer.label = QString::fromStdString(json["label"].get<std::string>());
    if (json.contains("joined") && !json["joined"].is_boolean())
      throw ConfigError(pointer + "/joined", json["joined"].dump(), "expected true or false");
    layer.joined = json.value("joined", false);
    layer.named = json.contains("label") && json["label"].is_object();
    layers_.push_back(std::move(layer));
  }
}

const Bound* ScatterView::reference(const Layer& layer) {
  const Bound* found = nullptr;
  for (const auto& binding : {layer.x, layer.y}) {
    if (!binding->value()) return nullptr;
    const Bound& bound = *binding->value();
    if (!bound.itemIndex && (!found || found->scalar())) found = &bound;
  }
  return found;
}

void ScatterView::addLayer(const Layer& layer, const Theme& theme, Chart& result, std::vector<double>& xs,
                           std::vector<double>& ys) const {
  const Bound* items = reference(layer);
  if (!items) return;
  const std::vector<double> x = layer.x->value()->forItems(*items), y = layer.y->value()->forItems(*items);
  const std::vector<double> size = channel(layer.size, *items, 3.5),
                            color = channel(layer.colorValue, *items, std::nan(""));
  const auto range = layer.color.rangeOf(color);
  Dots dots;
  Polyline line{{}, theme.color(layer.color.key), 1, 0};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t id = items->id(i);
    Dot dot;
    dot.at = {result.x.scale.forward(x[i]), result.y.scale.forward(y[i])};
    dot.radius = std::clamp(std::isfinite(size[i]) ? size[i] : 3.5, 0.5, 30.0);
    dot.color = layer.color.value ? layer.color.at(color[i], range, theme) : theme.color(layer.color.key);
    dot.selected = isSelected(id);
    if (layer.named || dot.selected) dot.label = QString::number(id);
    xs.push_back(dot.at.x());
    ys.push_back(dot.at.y());
    line.points.push_back(dot.at);
    dots.dots.push_back(std::move(dot));
  }
  if (layer.joined)
    result.marks.emplace_back(std::move(line));
  else
    result.marks.emplace_back(std::move(dots));
  if (!layer.label.isEmpty() && !layer.color.value)
    result.legend.push_back({layer.label, theme.color(layer.color.key),
                             layer.joined ? LegendEntry::Shape::Line : LegendEntry::Shape::Dot, 0});
  if (layer.color.value && layer.color.map != QLatin1String("category"))
    result.bar = ColorBar{layer.color.title, layer.color.map, range.first, range.second};
}

Chart ScatterView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x = axis("x");
  result.y = axis("y");
  std::vector<double> xs, ys;
  for (const Layer& layer : layers_) addLayer(layer, theme, result, xs, ys);
  if (xs.empty()) {
    result.empty = emptyText();
    return result;
  }
  const auto fit = [this](AxisView& axis, const char* name, const std::vector<double>& values) {
    const auto [low, high] = extentOf(values);
    std::tie(axis.low, axis.high) = padded(low, high, 0.06);
    if (const auto given = rangeGiven(spec().json, name))
      std::tie(axis.low, axis.high) = std::pair{axis.scale.forward(given->first), axis.scale.forward(given->second)};
  };
  fit(result.x, "x", xs);
  fit(result.y, "y", ys);
  return result;
}

std::optional<ItemView::Hit> ScatterView::hit(const QPointF& at) const {
  const Mapper mapper = canvas().mapper();
  const QPointF position = mapper.point(at);
  std::optional<Hit> best;
  double least = 12;  // pixels
  const Chart& shown = canvas().chart();
  for (const Layer& layer : layers_) {
    const Bound* items = reference(layer);
    if (!items) continue;
    const std::vector<double> x = layer.x->value()->forItems(*items), y = layer.y->value()->forItems(*items);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const QPointF p = mapper.point({shown.x.scale.forward(x[i]), shown.y.scale.forward(y[i])});
      const double distance = std::hypot(p.x() - position.x(), p.y() - position.y());
      if (!(distance < least)) continue;
      least = distance;
      best = Hit{items->id(i),
                 itemText(items->id(i)) + QStringLiteral(": %1, %2").arg(formatNumber(x[i]), formatNumber(y[i]))};
    }
  }
  return best;
}

QString ScatterView::dataCsv() const {
  QString text = QStringLiteral("layer,item,x,y\n");
  for (const Layer& layer : layers_) {
    const Bound* items = reference(layer);
    if (!items) continue;
    const std::vector<double> x = layer.x->value()->forItems(*items), y = layer.y->value()->forItems(*items);
    for (std::size_t i = 0; i < x.size(); ++i)
      text += csvQuoted(layer.label) + ',' + QString::number(items->id(i)) + ',' + QString::number(x[i], 'g', 17) +
              ',' + QString::number(y[i], 'g', 17) + '\n';
  }
  return text;
}

}  // namespace learnscope
