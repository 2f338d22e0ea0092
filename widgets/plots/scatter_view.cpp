// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/scatter_view.h"

#include <cmath>
#include <numbers>

#include "widgets/plots/line_layer.h"

namespace learnscope {

void ScatterView::readLayers(const std::vector<Json>& layers) {
  layers_.clear();
  circles_.clear();
  for (const Json& radius : spec().json.value("circles", Json::array())) {
    if (!radius.is_number() || !(radius.get<double>() > 0))
      throw ConfigError("/circles", radius.dump(), "expected radii above 0");
    circles_.push_back(radius.get<double>());
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Json& json = layers[i];
    const std::string pointer = "/layers/" + std::to_string(i);
    Layer layer;
    for (const char* name : {"x", "y"})
      if (!json.contains(name)) throw ConfigError(pointer + "/" + name, "missing", "expected a binding");
    layer.x = live(Binding::parse(json["x"], pointer + "/x"));
    layer.y = live(Binding::parse(json["y"], pointer + "/y"));
    if (json.contains("size")) layer.size = live(Binding::parse(json["size"], pointer + "/size"));
    if (json.contains("against")) layer.against = live(Binding::parse(json["against"], pointer + "/against"));
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

void ScatterView::addLayer(const Layer& layer, const Theme& theme, Chart& result, Extent& xs, Extent& ys) const {
  const Bound* items = reference(layer);
  if (!items) return;
  const std::vector<double> x = layer.x->value()->forItems(*items), y = layer.y->value()->forItems(*items);
  const std::vector<double> size = channel(layer.size, *items, 3.5),
                            color = channel(layer.colorValue, *items, std::nan(""));
  const auto range = layer.color.rangeOf(color);
  if (layer.joined) {
    Polyline line{{}, theme.color(layer.color.key), 1, 0};
    for (std::size_t i = 0; i < x.size(); ++i) {
      line.points.emplace_back(result.x.scale.forward(x[i]), result.y.scale.forward(y[i]));
      xs.add(line.points.back().x());
      ys.add(line.points.back().y());
    }
    result.marks.emplace_back(std::move(line));
    if (!layer.label.isEmpty())
      result.legend.push_back({layer.label, theme.color(layer.color.key), LegendEntry::Shape::Line, 0});
    return;
  }
  Dots dots;
  dots.dots.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t id = items->id(i);
    Dot& dot = dots.dots.emplace_back();
    dot.at = {result.x.scale.forward(x[i]), result.y.scale.forward(y[i])};
    dot.radius = std::clamp(std::isfinite(size[i]) ? size[i] : 3.5, 0.5, 30.0);
    dot.color = layer.color.value ? layer.color.at(color[i], range, theme) : theme.color(layer.color.key);
    dot.mark = layer.color.markAt(color[i]);
    dot.selected = isSelected(id);
    if (layer.named || dot.selected) dot.label = QString::number(id);
    xs.add(dot.at.x());
    ys.add(dot.at.y());
  }
  result.marks.emplace_back(std::move(dots));
  if (!layer.label.isEmpty() && !layer.color.value)
    result.legend.push_back({layer.label, theme.color(layer.color.key), LegendEntry::Shape::Dot, 0});
  for (const CategoryName& each : layer.color.legend(color, theme))
    result.legend.push_back({each.name, each.color, LegendEntry::Shape::Dot, 0, each.mark});
  if (layer.color.value && layer.color.map != QLatin1String("category"))
    result.bar = ColorBar{layer.color.title, layer.color.map, range.first, range.second};
}

/// Circles about the origin, such as the unit circle of a spectrum.
void ScatterView::addCircles(const Theme& theme, Chart& result) const {
  constexpr int corners = 180;
  for (const double radius : circles_) {
    Polyline circle;
    circle.color = theme.muted;
    for (int i = 0; i <= corners; ++i) {
      const double angle = 2 * std::numbers::pi * i / corners;
      circle.points.emplace_back(result.x.scale.forward(radius * std::cos(angle)),
                                 result.y.scale.forward(radius * std::sin(angle)));
    }
    result.marks.emplace_back(std::move(circle));
  }
}

Chart ScatterView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x = axis("x");
  result.y = axis("y");
  Extent xs, ys;
  addCircles(theme, result);
  result.equalAspect = !circles_.empty();
  for (const Layer& layer : layers_) addLayer(layer, theme, result, xs, ys);
  if (xs.empty() || ys.empty()) {
    result.empty = emptyText();
    return result;
  }
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
    const Bound* items = layer.joined ? nullptr : reference(layer);
    if (!items) continue;
    const std::vector<double> x = layer.x->value()->forItems(*items), y = layer.y->value()->forItems(*items);
    const std::vector<double> expected = channel(layer.against, *items, std::nan(""));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const QPointF p = mapper.point({shown.x.scale.forward(x[i]), shown.y.scale.forward(y[i])});
      const double distance = std::hypot(p.x() - position.x(), p.y() - position.y());
      if (!(distance < least)) continue;
      least = distance;
      best = Hit{items->id(i),
                 itemText(items->id(i)) + QStringLiteral(": %1, %2").arg(formatNumber(x[i]), formatNumber(y[i]))};
      if (const double residual = std::abs(y[i] - expected[i]); std::isfinite(residual))
        best->text += QStringLiteral(" (\u0394 %1)").arg(formatNumber(residual));
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
