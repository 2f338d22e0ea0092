// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/images_view.h"

#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/export/figure_actions.h"
#include "widgets/plots/figure_painter.h"
#include "widgets/plots/plot_view.h"

namespace learnscope {

ImagesView::ImagesView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : View(std::move(viewSpec), sessionModel, parent),
      feed_(model(), QStringLiteral("view.") + QString::fromStdString(spec().id)) {
  installSpoken();
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(120, 80);
  setAccessibleDescription(spec().doc);
  const auto look = [this] {
    if (isVisible()) refresh();
  };
  connect(&feed_, &AnalysisFeed::arrived, this, [this, look] {
    look();
    QWidget::update();  // also where the answer is no picture but what failed
  });
  connect(&model(), &SessionModel::refreshed, this, look);
  connect(&model(), &SessionModel::cursorChanged, this, look);
  connect(&model(), &SessionModel::selectionChanged, this, [this] { QWidget::update(); });
}

void ImagesView::rebuild() {
  const std::vector<Json> layers = spec().layers(run_ ? run_->info().config : model().config());
  value_ = {};
  built_ = true;
  if (layers.empty()) return;
  const Json& json = layers[0];
  if (!json.contains("value")) throw ConfigError("/layers/0/value", "missing", "expected an array of pictures");
  value_ = LiveBinding(Binding::parse(json["value"], "/layers/0/value"));
  Json mapped{{"value", 0}, {"map", json.value("map", std::string("grey"))}};
  const bool grey = mapped["map"] == "grey";
  if (grey) mapped["map"] = "sequential";
  if (json.contains("range")) mapped["range"] = json["range"];
  color_ = ColorBinding::parse(Json{{"color", mapped}}, "/layers/0", {});
  if (grey) color_.map = QStringLiteral("grey");
  labels_.clear();
  if (json.contains("labels"))
    for (const Json& text : json["labels"]) labels_.push_back(QString::fromStdString(text.get<std::string>()));
  rowLabels_.clear();
  if (json.contains("rowLabels"))
    for (const Json& text : json["rowLabels"]) rowLabels_.push_back(QString::fromStdString(text.get<std::string>()));
  columns_ = json.value("columns", 0);
  selectKind_ = QString::fromStdString(json.value("select", spec().json.value("select", std::string())));
}

void ImagesView::refresh() {
  const auto runs = model().runs(runsBinding(spec()));
  const std::shared_ptr<Run> now = runs.empty() ? nullptr : runs.back();
  if (!built_ || now != run_) {
    run_ = now;
    dirty_ = true;
    pictures_.clear();
    mistake_ = mistakeIn([this] { rebuild(); });
  }
  if (run_ && value_.binding().source != Binding::Source::Constant)
    dirty_ |= value_.update(model(), *run_, model().cursor(), &feed_);
  if (!dirty_) return;
  dirty_ = false;
  makePictures(Theme::of(palette()));
  QWidget::update();
}

void ImagesView::makePictures(const Theme& theme) {
  pictures_.clear();
  if (!value_.value()) return;
  const Bound& bound = *value_.value();
  const std::size_t axes = bound.shape.size();
  if (axes < 2 || axes > 4 || bound.values.empty()) return;
  // [H, W] is one picture; the last of four axes holds the colour channels: one or three.
  const bool many = axes > 2, coloured = axes == 4 && bound.shape[3] == 3;
  if (axes == 4 && !coloured && bound.shape[3] != 1) return;
  const auto n = many ? static_cast<std::size_t>(bound.shape[0]) : 1;
  const int height = static_cast<int>(bound.shape[many ? 1 : 0]), width = static_cast<int>(bound.shape[many ? 2 : 1]);
  const std::size_t each = bound.values.size() / n;
  const auto range = color_.map == QLatin1String("grey") && !color_.range && coloured ? std::pair{0.0, 1.0}
                                                                                      : color_.rangeOf(bound.values);
  const auto unit = [&](double v) { return std::clamp((v - range.first) / (range.second - range.first), 0.0, 1.0); };
  for (std::size_t i = 0; i < n; ++i) {
    Picture picture{many ? bound.id(i) : 0, i < labels_.size() ? labels_[i] : QString(),
                    QImage(width, height, QImage::Format_RGB32)};
    const double* values = bound.values.data() + i * each;
    for (int y = 0; y < height; ++y) {
      auto* line = reinterpret_cast<QRgb*>(picture.image.scanLine(y));
      for (int x = 0; x < width; ++x) {
        const std::size_t at =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
        const auto level = [&](double v) {
          return std::isfinite(v) ? static_cast<int>(std::lround(255 * unit(v))) : 0;
        };
        if (coloured)
          line[x] = qRgb(level(values[3 * at]), level(values[3 * at + 1]), level(values[3 * at + 2]));
        else if (color_.map == QLatin1String("grey"))
          line[x] = qRgb(level(values[at]), level(values[at]), level(values[at]));
        else
          line[x] = mapColor(color_.map, unit(values[at]), theme).rgb();
      }
    }
    pictures_.push_back(std::move(picture));
  }
}

QRectF ImagesView::Arrangement::place(std::size_t i, const QPointF& origin) const {
  const auto column = static_cast<double>(i % static_cast<std::size_t>(columns));
  const auto row = static_cast<double>(i / static_cast<std::size_t>(columns));
  const double gap = cell - pictureWidth;
  return {origin.x() + column * cell, origin.y() + row * (pictureHeight + label + gap), pictureWidth, pictureHeight};
}

// As many columns as make the pictures largest while all fit (or, in the window, at least 40 pixels wide and scrolled).
ImagesView::Arrangement ImagesView::arranged(const QSizeF& area, double labelHeight, bool fit) const {
  Arrangement best;
  if (pictures_.empty()) return best;
  const double ratio = static_cast<double>(pictures_[0].image.height()) / pictures_[0].image.width();
  const int n = static_cast<int>(pictures_.size());
  const double gap = std::max(2.0, 0.012 * area.width());
  for (int columns = 1; columns <= n; ++columns) {
    if (columns_ > 0 && columns != std::min(columns_, n)) continue;
    const int rows = (n + columns - 1) / columns;
    double width = (area.width() - (columns - 1) * gap) / columns;
    const double tallest = (area.height() - rows * labelHeight - (rows - 1) * gap) / rows / ratio;
    width = std::min(width, tallest);
    if (width > best.pictureWidth) best = {columns, rows, width + gap, width, width * ratio, labelHeight};
  }
  if (!fit && columns_ == 0 && best.pictureWidth < 40) {
    const int columns = std::max(1, static_cast<int>((area.width() + gap) / (48 + gap)));
    const double width = (area.width() - (columns - 1) * gap) / columns;
    best = {columns, (n + columns - 1) / columns, width + gap, width, width * ratio, labelHeight};
  }
  return best;
}

// Names of the rows stand left of them, on at most a third of the width.
double ImagesView::rowLabelWidth(const QFontMetricsF& metrics, double width) const {
  double widest = 0;
  for (const QString& label : rowLabels_) widest = std::max(widest, metrics.horizontalAdvance(label));
  return rowLabels_.empty() ? 0 : std::min(widest + 1.5 * metrics.averageCharWidth(), width / 3);
}

bool ImagesView::isSelected(std::int64_t id) const {
  const Selection& selection = model().selection();
  return !selectKind_.isEmpty() && selection.kind == selectKind_ &&
         std::find(selection.ids.begin(), selection.ids.end(), id) != selection.ids.end();
}

void ImagesView::draw(QPainter& painter, const QRectF& area, const Theme& theme, const QFont& font, double unit,
                      bool fit, double offset) {
  const QFontMetricsF metrics(font, painter.device());
  painter.setFont(font);
  if (pictures_.empty()) {
    painter.setPen(theme.muted);
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                     mistake_ ? mistakeText(*mistake_) : emptyTextOf(*this, run_ != nullptr, feed_.error()));
    return;
  }
  const double margin = rowLabelWidth(metrics, area.width());
  const QRectF inner = area.adjusted(margin, 0, 0, 0);
  const Arrangement grid = arranged(inner.size(), labels_.empty() ? 0 : metrics.height(), fit);
  // A figure's are in the middle of their room; the window's begin at its top and scroll.
  if (fit) offset -= std::max(0.0, (inner.height() - grid.place(pictures_.size() - 1, {}).bottom() - grid.label) / 2);
  painter.setPen(theme.muted);
  for (std::size_t row = 0; margin > 0 && row < rowLabels_.size(); ++row) {
    const QRectF first = grid.place(row * static_cast<std::size_t>(grid.columns), inner.topLeft() - QPointF(0, offset));
    if (static_cast<int>(row) >= grid.rows || first.bottom() < area.top() || first.top() > area.bottom()) continue;
    painter.drawText(QRectF(area.left(), first.top(), margin - metrics.averageCharWidth(), first.height()),
                     Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(rowLabels_[row], Qt::ElideRight, margin - metrics.averageCharWidth()));
  }
  for (std::size_t i = 0; i < pictures_.size(); ++i) {
    const QRectF place = grid.place(i, inner.topLeft() - QPointF(0, offset));
    if (place.bottom() + grid.label < area.top() || place.top() > area.bottom()) continue;
    const Picture& picture = pictures_[i];
    const bool enlarge = place.width() > picture.image.width();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, !enlarge);
    painter.drawImage(place, picture.image);
    if (isSelected(picture.id)) {
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(theme.accent, 2 * unit));
      painter.drawRect(place);
    }
    if (picture.label.isEmpty()) continue;
    painter.setPen(isSelected(picture.id) ? theme.text : theme.muted);
    const QString text = metrics.elidedText(picture.label, Qt::ElideRight, place.width());
    painter.drawText(
        QPointF(place.center().x() - metrics.horizontalAdvance(text) / 2, place.bottom() + metrics.ascent()), text);
  }
}

QRectF ImagesView::pictureArea() const { return QRectF(rect()).adjusted(10, 8, -10, -8); }

// Without the names of the rows.
QRectF ImagesView::gridArea() const {
  const QRectF area = pictureArea();
  return area.adjusted(rowLabelWidth(QFontMetricsF(labelFont()), area.width()), 0, 0, 0);
}

QFont ImagesView::labelFont() const {
  QFont small = font();
  small.setPointSizeF(std::max(6.5, small.pointSizeF() * 0.88));
  return small;
}

void ImagesView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  painter.fillRect(rect(), theme.plotBackground);
  draw(painter, pictureArea(), theme, labelFont(), 1, false, offset_);
}

void ImagesView::paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  refresh();
  if (mistake_) throw ConfigError(*mistake_);
  const Theme theme = figureTheme(style);
  makePictures(theme);
  if (!style.transparent) painter.fillRect(rect, theme.plotBackground);
  const double pad = 0.4 * style.fontPt;
  const QRectF area = rect.adjusted(pad, pad, -pad, -pad);
  const QFont font = figureFont(painter, style);
  draw(painter, area, theme, font, style.lineWidthPt, true, 0);
  dirty_ = true;
}

std::optional<std::size_t> ImagesView::pictureAt(const QPointF& position) const {
  const QRectF area = gridArea();
  const Arrangement grid = arranged(area.size(), labels_.empty() ? 0 : QFontMetricsF(labelFont()).height(), false);
  for (std::size_t i = 0; i < pictures_.size(); ++i)
    if (grid.place(i, area.topLeft() - QPointF(0, offset_)).contains(position)) return i;
  return std::nullopt;
}

QString ImagesView::spokenText() const {
  if (pictures_.empty()) return mistake_ ? mistakeText(*mistake_) : emptyTextOf(*this, run_ != nullptr, feed_.error());
  QString text = tr("step %1. %n picture(s)", nullptr, static_cast<int>(pictures_.size())).arg(model().cursor());
  for (const Picture& picture : pictures_)
    if (isSelected(picture.id))
      text += QStringLiteral("; ") +
              tr("%1 selected").arg(picture.label.isEmpty() ? QString::number(picture.id) : picture.label);
  return text;
}

void ImagesView::select(std::size_t i) {
  if (selectKind_.isEmpty() || i >= pictures_.size()) return;
  const Selection wanted{selectKind_, {pictures_[i].id}};
  model().userSelect(model().selection() == wanted ? Selection{} : wanted);
}

void ImagesView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  if (const auto i = pictureAt(event->position())) select(*i);
}

void ImagesView::mouseMoveEvent(QMouseEvent* event) {
  const auto i = pictureAt(event->position());
  if (!i) {
    QToolTip::hideText();
    return;
  }
  const Picture& picture = pictures_[*i];
  QToolTip::showText(event->globalPosition().toPoint(),
                     picture.label.isEmpty() ? QString::number(picture.id) : picture.label, this);
}

void ImagesView::scrollTo(double offset) {
  const QRectF area = gridArea();
  const Arrangement grid = arranged(area.size(), labels_.empty() ? 0 : QFontMetricsF(labelFont()).height(), false);
  const double whole = grid.rows * (grid.pictureHeight + grid.label + grid.cell - grid.pictureWidth);
  offset_ = std::clamp(offset, 0.0, std::max(0.0, whole - area.height()));
  QWidget::update();
}

void ImagesView::wheelEvent(QWheelEvent* event) { scrollTo(offset_ - event->angleDelta().y() / 2.0); }

void ImagesView::keyPressEvent(QKeyEvent* event) {
  const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
  if (event->key() == Qt::Key_PageDown) return scrollTo(offset_ + height() * 0.8);
  if (event->key() == Qt::Key_PageUp) return scrollTo(offset_ - height() * 0.8);
  if (step == 0 || pictures_.empty()) return View::keyPressEvent(event);
  std::size_t now = 0;
  for (std::size_t i = 0; i < pictures_.size(); ++i)
    if (isSelected(pictures_[i].id)) now = i + pictures_.size() + static_cast<std::size_t>(step + 1) - 1;
  select(now % pictures_.size());
}

void ImagesView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange) return;
  dirty_ = true;
  if (isVisible()) refresh();
}

void ImagesView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
}

void ImagesView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  addFigureActions(menu, *this);
  menu.exec(event->globalPos());
}

QString ImagesView::dataCsv() const {
  QString text = QStringLiteral("item,row,column,channel,value\n");
  if (!value_.value() || pictures_.empty()) return text;
  const Bound& bound = *value_.value();
  const auto width = static_cast<std::size_t>(pictures_[0].image.width()),
             height = static_cast<std::size_t>(pictures_[0].image.height());
  const std::size_t channels = bound.values.size() / (pictures_.size() * width * height);
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    const std::size_t pixel = i / channels;
    text += QStringLiteral("%1,%2,%3,%4,%5\n")
                .arg(pictures_[pixel / (width * height)].id)
                .arg(pixel / width % height)
                .arg(pixel % width)
                .arg(i % channels)
                .arg(bound.values[i], 0, 'g', 17);
  }
  return text;
}

}  // namespace learnscope
