// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/bars_view.h"

#include <algorithm>
#include <cmath>

#include "widgets/plots/line_layer.h"

namespace learnscope {

void BarsView::readLayers(const std::vector<Json>& layers) {
  layers_.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Json& json = layers[i];
    const std::string pointer = "/layers/" + std::to_string(i);
    if (!json.contains("y")) throw ConfigError(pointer + "/y", "missing", "expected the heights of the bars");
    Layer layer;
    layer.y = live(Binding::parse(json["y"], pointer + "/y"));
    if (json.contains("x")) layer.x = live(Binding::parse(json["x"], pointer + "/x"));
    layer.color = ColorBinding::parse(json, pointer, QString::number(i));
    if (layer.color.value) layer.colorValue = live(*layer.color.value);
    layer.label = QString::fromStdString(json.value("label", std::string()));
    if (json.contains("labels"))
      for (const Json& text : json["labels"]) layer.labels.push_back(QString::fromStdString(text.get<std::string>()));
    layer.bins = json.value("bins", 0);
    if (json.contains("range")) layer.range = {json["range"][0].get<double>(), json["range"][1].get<double>()};
    layers_.push_back(std::move(layer));
  }
}

// Equal bins over the range (that of the data if none is given); the last one is closed, as in a ruler.
std::vector<BarsView::Bar> BarsView::histogram(const Layer& layer, const QColor& color) {
  const std::vector<double>& values = layer.y->value()->values;
  auto [low, high] = layer.range ? *layer.range : extentOf(values);
  if (!(low < high)) std::tie(low, high) = padded(low, high, 0);
  const double width = (high - low) / layer.bins;
  std::vector<Bar> bars(static_cast<std::size_t>(layer.bins));
  for (std::size_t b = 0; b < bars.size(); ++b) {
    bars[b].from = low + static_cast<double>(b) * width;
    bars[b].to = bars[b].from + width;
    bars[b].color = color;
    bars[b].label = formatNumber(bars[b].from) + QStringLiteral(" – ") + formatNumber(bars[b].to);
  }
  for (const double value : values) {
    if (!std::isfinite(value) || value < low || value > high) continue;
    const auto b = std::min(static_cast<std::size_t>((value - low) / width), bars.size() - 1);
    bars[b].height += 1;
  }
  return bars;
}

std::vector<BarsView::Bar> BarsView::bars(std::size_t index, const Theme& theme) const {
  const Layer& layer = layers_[index];
  if (!layer.y->value()) return {};
  if (layer.bins > 0) return histogram(layer, theme.color(layer.color.key));
  const Bound& y = *layer.y->value();
  const std::vector<double> heights = y.forItems(y);
  const std::vector<double> places = channel(layer.x, y, std::nan(""));
  const std::vector<double> colors = channel(layer.colorValue, y, std::nan(""));
  const auto range = layer.color.rangeOf(colors);
  // Bars of several layers at the same place stand side by side.
  const double all = 0.8, own = all / static_cast<double>(layers_.size());
  std::vector<Bar> result(heights.size());
  for (std::size_t i = 0; i < heights.size(); ++i) {
    Bar& bar = result[i];
    const double place = std::isfinite(places[i]) ? places[i] : static_cast<double>(i);
    bar.from = place - all / 2 + static_cast<double>(index) * own;
    bar.to = bar.from + own;
    bar.height = heights[i];
    bar.item = y.id(i);
    bar.label = i < layer.labels.size() ? layer.labels[i] : itemText(y.id(i));
    bar.color = layer.color.value ? layer.color.at(colors[i], range, theme) : theme.color(layer.color.key);
  }
  return result;
}

Chart BarsView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x = axis("x");
  result.y = axis("y");
  Extent xs, ys;
  Boxes boxes;
  bool histogram = false;
  const bool log = result.y.scale.kind == ScaleMap::Kind::Log;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    histogram |= layers_[l].bins > 0;
    for (const Bar& bar : bars(l, theme)) {
      xs.add(bar.from);
      xs.add(bar.to);
      const double top = result.y.scale.forward(bar.height);
      ys.add(top);
      if (!std::isfinite(top)) continue;
      boxes.boxes.push_back(
          {QRectF(QPointF(bar.from, 0), QPointF(bar.to, top)), bar.color, bar.item && isSelected(*bar.item)});
    }
    if (!layers_[l].label.isEmpty() && !layers_[l].color.value)
      result.legend.push_back({layers_[l].label, theme.color(layers_[l].color.key), LegendEntry::Shape::Square, 0});
    if (layers_[l].color.value && layers_[l].colorValue->value() && layers_[l].color.map != QLatin1String("category")) {
      const auto range = layers_[l].color.rangeOf(layers_[l].colorValue->value()->values);
      result.bar = ColorBar{layers_[l].color.title, layers_[l].color.map, range.first, range.second};
    }
    for (std::size_t i = 0; i < layers_[l].labels.size(); ++i)
      if (l == 0) result.x.named.push_back({static_cast<double>(i), layers_[l].labels[i]});
  }
  if (histogram && result.y.title.isEmpty()) result.y.title = tr("count");
  if (xs.empty() || ys.empty()) {
    result.empty = emptyText();
    return result;
  }
  if (log) {
    ys.add(ys.low - 0.1);  // a log axis has no 0: bars stand a little below the lowest
    for (Box& box : boxes.boxes) box.rect.setTop(ys.low);
  } else {
    ys.add(0);
  }
  std::tie(result.x.low, result.x.high) = padded(xs.low, xs.high, histogram ? 0 : 0.02);
  std::tie(result.y.low, result.y.high) = padded(ys.low, ys.high, 0.05);
  if (log || ys.low >= 0) result.y.low = ys.low;
  if (const auto given = rangeGiven(spec().json, "y"))
    std::tie(result.y.low, result.y.high) =
        std::pair{result.y.scale.forward(given->first), result.y.scale.forward(given->second)};
  if (const auto given = rangeGiven(spec().json, "x")) std::tie(result.x.low, result.x.high) = *given;
  result.x.integers = !histogram;
  if (histogram)  // bars of a histogram touch but for a hair
    for (Box& box : boxes.boxes) box.rect.adjust(0.02 * box.rect.width(), 0, -0.02 * box.rect.width(), 0);
  result.marks.emplace_back(std::move(boxes));
  return result;
}

std::optional<ItemView::Hit> BarsView::hit(const QPointF& at) const {
  for (std::size_t l = 0; l < layers_.size(); ++l)
    for (const Bar& bar : bars(l, canvas().theme()))
      if (at.x() >= bar.from && at.x() <= bar.to)
        return Hit{bar.item, bar.label + QStringLiteral(": ") + formatNumber(bar.height)};
  return std::nullopt;
}

QString BarsView::dataCsv() const {
  QString text = QStringLiteral("layer,item,from,to,value\n");
  for (std::size_t l = 0; l < layers_.size(); ++l)
    for (const Bar& bar : bars(l, canvas().theme()))
      text += csvQuoted(layers_[l].label) + ',' + (bar.item ? QString::number(*bar.item) : QString()) + ',' +
              QString::number(bar.from, 'g', 17) + ',' + QString::number(bar.to, 'g', 17) + ',' +
              QString::number(bar.height, 'g', 17) + '\n';
  return text;
}

}  // namespace learnscope
