// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heatmap_view.h"

#include <algorithm>
#include <cmath>

namespace learnscope {

HeatmapView::HeatmapView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : ItemView(std::move(viewSpec), sessionModel, parent) {
  const auto overlay = [this] {
    if (history_ && isVisible()) canvas().redrawOverlay();
  };
  connect(&model(), &SessionModel::hoverChanged, this, overlay);
  connect(&model(), &SessionModel::cursorChanged, this, overlay);
}

void HeatmapView::readCategories(const Json& layer, const std::string& pointer) {
  categories_.clear();
  if (!layer.contains("categories")) return;
  const Json& list = layer["categories"];
  if (!list.is_array()) throw ConfigError(pointer + "/categories", list.dump(), "expected a list");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = pointer + "/categories/" + std::to_string(i);
    if (!list[i].is_object() || !list[i].contains("value") || !list[i]["value"].is_number())
      throw ConfigError(place, list[i].dump(), "expected {\"value\", \"label\", \"color\"}");
    categories_.push_back({list[i]["value"].get<double>(),
                           QString::fromStdString(list[i].value("label", std::string())),
                           ColorBinding::parse(list[i], place, QString::number(i)).key});
  }
}

/// Heights instead of colours alone: cells too narrow for a mark can still be read in grey.
void HeatmapView::readLevels(const Json& layer, const std::string& pointer) {
  levels_.reset();
  if (!layer.contains("levels")) return;
  const std::string place = pointer + "/levels";
  if (categories_.empty() || layer.contains("over"))
    throw ConfigError(place, layer["levels"].dump(), "only the categories of an array at the cursor have levels");
  levels_ = live(Binding::parse(layer["levels"], place));
}

void HeatmapView::readLayers(const std::vector<Json>& layers) {
  value_.reset();
  history_.reset();
  if (layers.empty()) return;
  if (layers.size() > 1) throw ConfigError("/layers/1", "cells", "expected one layer: cells would cover each other");
  const Json& json = layers[0];
  const std::string pointer = "/layers/0";
  if (!json.contains("value")) throw ConfigError(pointer + "/value", "missing", "expected an array");
  const Binding binding = Binding::parse(json["value"], pointer + "/value");
  Json mapped = json.contains("range") ? Json{{"value", 0}, {"range", json["range"]}} : Json{{"value", 0}};
  mapped["map"] = json.value("map", std::string("sequential"));
  mapped["title"] = json.value("title", json.value("label", std::string()));
  color_ = ColorBinding::parse(Json{{"color", mapped}}, pointer, {});
  readCategories(json, pointer);
  readLevels(json, pointer);
  rows_.clear();
  if (json.contains("rows"))
    for (const Json& name : json["rows"])
      rows_.push_back(QString::fromStdString(name.is_string() ? name.get<std::string>() : name.dump()));
  const bool waterfall = json.value("over", std::string()) == "step";
  if (!waterfall) {
    value_ = live(binding);
    return;
  }
  if (binding.source != Binding::Source::Measure)
    throw ConfigError(pointer + "/value", json["value"].dump(), "expected a measure: it is stacked over its records");
  if (shownRun())
    history_ = std::make_unique<ArrayHistory>(shownRun(), binding, [this] {
      if (isVisible()) refresh();
    });
}

bool HeatmapView::updateMore() { return history_ && history_->update(3, waiting()); }

// The array at the cursor as rows and columns; one axis makes one row.
HeatmapView::Grid HeatmapView::grid() const {
  Grid result;
  if (!value_ || !value_->value() || value_->value()->itemIndex) return result;
  const Bound& bound = *value_->value();
  if (bound.shape.empty() || bound.values.empty()) return result;
  result.rows = bound.shape.size() == 1 ? 1 : static_cast<int>(bound.shape[0]);
  result.columns = static_cast<int>(bound.values.size()) / std::max(result.rows, 1);
  result.values = bound.values;
  return result;
}

QImage HeatmapView::image(const Grid& grid, std::pair<double, double> range, const Theme& theme) const {
  QImage picture(grid.columns, grid.rows, QImage::Format_ARGB32_Premultiplied);
  // Looking colours up beats computing each: a map is sampled once.
  constexpr int steps = 256;
  std::array<QRgb, steps> table{};
  if (categories_.empty())
    for (int i = 0; i < steps; ++i)
      table[static_cast<std::size_t>(i)] = mapColor(color_.map, static_cast<double>(i) / (steps - 1), theme).rgb();
  const auto colorOf = [&](double v) -> QRgb {
    if (!std::isfinite(v)) return 0;
    if (categories_.empty()) {
      const double u = std::clamp((v - range.first) / (range.second - range.first), 0.0, 1.0);
      return table[static_cast<std::size_t>(std::lround(u * (steps - 1)))];
    }
    for (const Category& category : categories_)
      if (category.value == v) return theme.color(category.color).rgb();
    return 0;
  };
  for (int r = 0; r < grid.rows; ++r) {
    auto* line = reinterpret_cast<QRgb*>(picture.scanLine(r));
    for (int c = 0; c < grid.columns; ++c)
      line[c] = colorOf(grid.values[static_cast<std::size_t>(r) * static_cast<std::size_t>(grid.columns) +
                                    static_cast<std::size_t>(c)]);
  }
  return picture;
}

void HeatmapView::nameRows(Chart& result) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) result.y.named.push_back({static_cast<double>(i), rows_[i]});
}

/// Of the categories those that have a level.
std::size_t HeatmapView::levelCount(const Grid& cells) const {
  if (levels_->value()) return std::min(levels_->value()->items(), categories_.size());
  std::size_t most = 0;
  for (std::size_t i = 0; i < categories_.size(); ++i)
    if (std::find(cells.values.begin(), cells.values.end(), categories_[i].value) != cells.values.end()) most = i + 1;
  return most;
}

/// Each row as a band with a level for each category, the first at the bottom; before the first column stand their
/// marks.
void HeatmapView::addLevels(Chart& result, const Grid& cells, const Theme& theme) const {
  constexpr double band = 0.8, thickness = 0.72, gutter = 0.055;
  const std::size_t levels = levelCount(cells);
  if (levels == 0) return;
  const double each = band / static_cast<double>(levels), before = gutter * cells.columns;
  const auto middle = [&](int row, std::size_t level) {
    return row + band / 2 - (static_cast<double>(level) + 0.5) * each;
  };
  Boxes boxes;
  Dots marks;
  for (int r = 0; r < cells.rows; ++r) {
    for (std::size_t level = 0; level < levels; ++level) {
      const QColor color = theme.category(static_cast<int>(level), categories_[level].color);
      const double y = middle(r, level);
      boxes.boxes.push_back({QRectF(-0.5, y - 0.03 * each, cells.columns, 0.06 * each), theme.grid});
      Dot dot;
      dot.at = {-0.5 - before / 2, y};
      dot.color = color;
      dot.mark = categoryMark(static_cast<int>(level));
      marks.dots.push_back(dot);
      // Neighbours of one category are one box: a figure's file stays small.
      const auto is = [&](int c) {
        const auto at =
            static_cast<std::size_t>(r) * static_cast<std::size_t>(cells.columns) + static_cast<std::size_t>(c);
        return c < cells.columns && cells.values[at] == categories_[level].value;
      };
      for (int c = 0; c < cells.columns; ++c) {
        if (!is(c)) continue;
        const int from = c;
        while (is(c + 1)) ++c;
        boxes.boxes.push_back({QRectF(from - 0.5, y - thickness * each / 2, c + 1 - from, thickness * each), color});
      }
    }
  }
  result.x.low = -0.5 - before;
  result.marks.emplace_back(std::move(boxes));
  result.marks.emplace_back(std::move(marks));
}

/// Of the categories those that occur.
void HeatmapView::addKey(Chart& result, const Grid& grid, std::pair<double, double> range, const Theme& theme) const {
  for (std::size_t i = 0; i < categories_.size(); ++i) {
    const Category& category = categories_[i];
    const bool occurs = std::find(grid.values.begin(), grid.values.end(), category.value) != grid.values.end();
    const int index = static_cast<int>(i);
    if (levels_ && i < levelCount(grid))
      result.legend.push_back(
          {category.label, theme.category(index, category.color), LegendEntry::Shape::Dot, 0, categoryMark(index)});
    else if (!levels_ && occurs)
      result.legend.push_back({category.label, theme.color(category.color), LegendEntry::Shape::Square, 0});
  }
  if (categories_.empty()) result.bar = ColorBar{color_.title, color_.map, range.first, range.second};
}

void HeatmapView::addCells(Chart& result, const Theme& theme) const {
  const Grid cells = grid();
  if (cells.values.empty()) {
    result.empty = emptyText();
    return;
  }
  const auto range = color_.rangeOf(cells.values);
  Cells mark;
  mark.image = image(cells, range, theme);
  // Cell i covers i - 0.5 .. i + 0.5, so that ticks stand at its middle; row 0 is at the top, as a matrix is written.
  mark.extent = QRectF(-0.5, -0.5, cells.columns, cells.rows);
  if (cells.rows > 1)
    for (int r = 0; r < cells.rows; ++r)
      if (isSelected(value_->value()->id(static_cast<std::size_t>(r))))
        mark.selected.emplace_back(-0.5, r - 0.5, cells.columns, 1);
  result.x.low = -0.5;
  result.x.high = cells.columns - 0.5;
  result.y.low = -0.5;
  result.y.high = cells.rows - 0.5;
  result.y.reversed = true;
  result.x.integers = result.y.integers = true;
  nameRows(result);
  result.equalAspect = cells.rows > 1 && cells.columns <= 4 * cells.rows && cells.rows <= 4 * cells.columns;
  if (levels_)
    addLevels(result, cells, theme);
  else
    result.marks.emplace_back(std::move(mark));
  addKey(result, cells, range, theme);
}

// Records are spaced unevenly (the cadence doubles): each is drawn from its step to the next, on a regular raster.
void HeatmapView::addWaterfall(Chart& result, const Theme& theme) const {
  const auto& rows = history_->rows();
  std::size_t items = 0;
  for (const ArrayHistory::Row& row : rows) items = std::max(items, row.values.size());
  if (rows.empty() || items == 0) {
    result.empty = emptyText();
    return;
  }
  const double first = static_cast<double>(rows.front().step);
  const double last = std::max(static_cast<double>(rows.back().step), first + 1);
  const int columns = std::clamp(static_cast<int>(last - first), 1, 1024);
  Grid raster;
  raster.rows = static_cast<int>(items);
  raster.columns = columns;
  raster.values.assign(items * static_cast<std::size_t>(columns), std::nan(""));
  std::vector<double> all;
  std::size_t record = 0;
  for (int c = 0; c < columns; ++c) {
    const double step = first + (last - first) * (c + 0.5) / columns;
    while (record + 1 < rows.size() && static_cast<double>(rows[record + 1].step) <= step) ++record;
    for (std::size_t i = 0; i < rows[record].values.size(); ++i)
      raster.values[i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)] = rows[record].values[i];
  }
  const auto range = color_.rangeOf(raster.values);
  Cells mark;
  mark.image = image(raster, range, theme).mirrored();
  mark.extent = QRectF(first, -0.5, last - first, static_cast<double>(items));
  for (std::size_t i = 0; i < items; ++i)
    if (isSelected(rows.back().id(std::min(i, rows.back().values.size() - 1))))
      mark.selected.emplace_back(first, static_cast<double>(i) - 0.5, last - first, 1);
  result.x.low = std::min(0.0, first);
  result.x.high = last;
  result.y.low = -0.5;
  result.y.high = static_cast<double>(items) - 0.5;
  result.y.integers = true;
  nameRows(result);
  result.grid = false;
  result.marks.emplace_back(std::move(mark));
  addKey(result, raster, range, theme);
}

Chart HeatmapView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x = axis("x", history_ ? tr("step") : QString());
  result.y = axis("y");
  result.grid = false;
  if (history_)
    addWaterfall(result, theme);
  else
    addCells(result, theme);
  return result;
}

std::optional<double> HeatmapView::cursorCoordinate() const {
  if (!history_) return std::nullopt;
  return static_cast<double>(model().cursor());
}

std::optional<ItemView::Hit> HeatmapView::hit(const QPointF& at) const {
  if (history_) {
    const auto& rows = history_->rows();
    auto row = std::upper_bound(rows.begin(), rows.end(), at.x(),
                                [](double x, const auto& r) { return x < static_cast<double>(r.step); });
    if (row == rows.begin()) return std::nullopt;
    --row;
    const double item = std::floor(at.y() + 0.5);
    if (item < 0 || item >= static_cast<double>(row->values.size())) return std::nullopt;
    const auto i = static_cast<std::size_t>(item);
    return Hit{row->id(i),
               itemText(row->id(i)) + QStringLiteral(": ") + formatNumber(static_cast<double>(row->values[i]))};
  }
  const Grid cells = grid();
  const int r = static_cast<int>(std::floor(at.y() + 0.5)), c = static_cast<int>(std::floor(at.x() + 0.5));
  if (r < 0 || c < 0 || r >= cells.rows || c >= cells.columns) return std::nullopt;
  const double v =
      cells.values[static_cast<std::size_t>(r) * static_cast<std::size_t>(cells.columns) + static_cast<std::size_t>(c)];
  QString text = formatNumber(v);
  for (const Category& category : categories_)
    if (category.value == v) text = category.label;
  return Hit{cells.rows > 1 ? value_->value()->id(static_cast<std::size_t>(r)) : c,
             QStringLiteral("%1, %2: %3").arg(r).arg(c).arg(text)};
}

void HeatmapView::clickedAt(const QPointF& coordinates, const QPointF& position) {
  if (history_ && selectKind().isEmpty()) {
    model().userCursor(std::max<std::int64_t>(0, std::llround(coordinates.x())));
    return;
  }
  ItemView::clickedAt(coordinates, position);
}

void HeatmapView::hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) {
  ItemView::hoveredAt(coordinates, position);
  if (!history_) return;
  if (coordinates)
    model().setHoverStep(std::max<std::int64_t>(0, std::llround(coordinates->x())));
  else
    model().setHoverStep(std::nullopt);
}

void HeatmapView::stepBy(int by) {
  if (!history_ || !selectKind().isEmpty()) return ItemView::stepBy(by);
  if (const auto step = stepBeside(history_->rows(), model().cursor(), by)) model().userCursor(*step);
}

void HeatmapView::drawOverlay(QPainter& painter) {
  if (!history_ || !canvas().chart().empty.isEmpty()) return;
  const Mapper mapper = canvas().mapper();
  const auto lineAt = [&](std::int64_t step, const QColor& color) {
    painter.setPen(QPen(color, 1));
    const double x = std::floor(mapper.x(static_cast<double>(step))) + 0.5;
    painter.drawLine(QPointF(x, mapper.rect.top()), QPointF(x, mapper.rect.bottom()));
  };
  if (!model().following()) lineAt(model().cursor(), canvas().theme().accent);
  if (model().hoverStep()) lineAt(*model().hoverStep(), canvas().theme().faint);
}

QString HeatmapView::dataCsv() const {
  QString text;
  if (history_) {
    text = QStringLiteral("step,item,value\n");
    for (const ArrayHistory::Row& row : history_->rows())
      for (std::size_t i = 0; i < row.values.size(); ++i)
        text += QString::number(row.step) + ',' + QString::number(row.id(i)) + ',' +
                QString::number(static_cast<double>(row.values[i]), 'g', 9) + '\n';
    return text;
  }
  const Grid cells = grid();
  for (int r = 0; r < cells.rows; ++r)
    for (int c = 0; c < cells.columns; ++c)
      text += QString::number(cells.values[static_cast<std::size_t>(r) * static_cast<std::size_t>(cells.columns) +
                                           static_cast<std::size_t>(c)],
                              'g', 17) +
              (c + 1 < cells.columns ? ',' : '\n');
  return text;
}

}  // namespace learnscope
