// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_layout.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double pointsPerMm = 72 / 25.4;
constexpr double wantedAspect = 4.0 / 3;
constexpr double leadShare = 0.58;  // of the longer side, to the view that leads
constexpr double emptyCellCost = 0.12;

int fittingColumns(int count, const QRectF& rect, double gap) {
  int best = 1;
  double least = HUGE_VAL;
  for (int columns = 1; columns <= count; ++columns) {
    const int rows = (count + columns - 1) / columns;
    const double width = (rect.width() - (columns - 1) * gap) / columns;
    const double height = (rect.height() - (rows - 1) * gap) / rows;
    if (width <= 0 || height <= 0) continue;
    const double cost = std::abs(std::log(width / height / wantedAspect)) + emptyCellCost * (columns * rows - count);
    if (cost < least) least = cost, best = columns;
  }
  return best;
}

std::vector<QRectF> gridCells(int count, int columns, const QRectF& rect, double gap) {
  columns = std::min(columns, count);
  const int rows = (count + columns - 1) / columns;
  const double width = (rect.width() - (columns - 1) * gap) / columns;
  const double height = (rect.height() - (rows - 1) * gap) / rows;
  std::vector<QRectF> cells;
  for (int i = 0; i < count; ++i)
    cells.emplace_back(rect.left() + i % columns * (width + gap), rect.top() + i / columns * (height + gap), width,
                       height);
  return cells;
}

/// A view in its cell: below its strip, with its letter and title.
struct Panel {
  View* view;
  QRectF cell, box;
  QString letter, title;
  FigureStyle style;
};

/// A view may refuse to be drawn.
class SavedPainter {
 public:
  explicit SavedPainter(QPainter& painter) : painter_(painter) { painter_.save(); }
  ~SavedPainter() { painter_.restore(); }
  SavedPainter(const SavedPainter&) = delete;
  SavedPainter& operator=(const SavedPainter&) = delete;

 private:
  QPainter& painter_;
};

class LayoutPainter {
 public:
  LayoutPainter(QPainter& painter, const QRectF& rect, std::span<View* const> views, const FigureStyle& style)
      : painter_(painter),
        style_(style),
        theme_(figureTheme(style)),
        titleFont_(figureFont(painter, style, style.titlePt)),
        letterFont_(figureFont(painter, style, style.letterPt > 0 ? style.letterPt : 1.25 * style.fontPt)) {
    letterFont_.setBold(true);
    const bool several = views.size() > 1;
    // Bold where no bold letter stands before it.
    titleFont_.setBold(!several || style.letters == FigureStyle::Letters::None);
    const bool leads = several && views.front()->spec().kind == QLatin1String("scene");
    const std::vector<QRectF> cells = figureCells(static_cast<int>(views.size()), leads, rect, style);
    for (std::size_t i = 0; i < views.size(); ++i) {
      const PanelStyle& panel = style.panel(views[i]->spec().id);
      Panel& one = panels_.emplace_back(Panel{views[i], cells[i], cells[i], {}, {}, style});
      if (several) one.letter = panelLetter(static_cast<int>(i), style.letters);
      one.title = panel.title.value_or(style.title ? views[i]->spec().title : QString());
      one.style.legend = panel.legend.value_or(style.legend);
    }
    // One height of strip for all, so that panels beside one another begin at one line.
    double strip = 0;
    for (const Panel& one : panels_) strip = std::max(strip, stripHeight(one));
    for (Panel& one : panels_) one.box.setTop(one.cell.top() + strip);
    lineUp();
  }

  void paint(const QRectF& rect) {
    const SavedPainter saved(painter_);
    painter_.setRenderHint(QPainter::Antialiasing, true);
    painter_.setRenderHint(QPainter::TextAntialiasing, true);
    if (!style_.transparent) painter_.fillRect(rect, theme_.plotBackground);
    for (const Panel& one : panels_) {
      one.view->paintFigure(painter_, one.box, one.style);
      paintStrip(one);
      paintAnnotations(one);
    }
  }

 private:
  double pad() const { return 0.3 * style_.fontPt; }
  double stripHeight(const Panel& one) const {
    double height = 0;
    if (!one.letter.isEmpty()) height = QFontMetricsF(letterFont_, painter_.device()).height();
    if (!one.title.isEmpty()) height = std::max(height, 1.25 * QFontMetricsF(titleFont_, painter_.device()).height());
    return height == 0 ? 0 : height + pad();
  }

  // The axes of the cells that begin at one x begin at one x too.
  void lineUp() {
    if (panels_.size() < 2) return;
    std::map<double, double> insets;
    for (Panel& one : panels_) {
      double& inset = insets[one.cell.left()];
      inset = std::max(inset, one.view->figureAxesLeft(painter_, one.box, one.style));
    }
    for (Panel& one : panels_) one.style.axesLeft = insets[one.cell.left()];
  }

  void paintStrip(const Panel& one) {
    if (one.box.top() <= one.cell.top()) return;
    const QFontMetricsF letter(letterFont_, painter_.device()), title(titleFont_, painter_.device());
    const double base = one.cell.top() + pad() + std::max(one.letter.isEmpty() ? 0 : letter.ascent(), title.ascent());
    double x = one.cell.left() + pad();
    painter_.setPen(theme_.text);
    if (!one.letter.isEmpty()) {
      painter_.setFont(letterFont_);
      painter_.drawText(QPointF(x, base), one.letter);
      x += letter.horizontalAdvance(one.letter) + 0.7 * style_.fontPt;
    }
    painter_.setFont(titleFont_);
    if (!one.title.isEmpty())
      painter_.drawText(QPointF(x, base), title.elidedText(one.title, Qt::ElideRight, one.cell.right() - pad() - x));
  }

  void paintAnnotations(const Panel& one) {
    painter_.setFont(figureFont(painter_, style_));
    painter_.setPen(theme_.text);
    const double rise = QFontMetricsF(painter_.font(), painter_.device()).capHeight() / 2;
    for (const Annotation& text : style_.panel(one.view->spec().id).annotations)
      if (text.onPanel)
        painter_.drawText(
            QPointF(one.box.left() + text.x * one.box.width(), one.box.bottom() - text.y * one.box.height() + rise),
            text.text);
  }

  QPainter& painter_;
  const FigureStyle& style_;
  Theme theme_;
  QFont titleFont_, letterFont_;
  std::vector<Panel> panels_;
};

}  // namespace

std::vector<QRectF> figureCells(int count, bool firstLeads, const QRectF& rect, const FigureStyle& style) {
  if (count < 1) return {};
  const double gap = style.gapMm * pointsPerMm;
  const bool lead = style.arrangement == FigureStyle::Arrangement::Lead ||
                    (style.arrangement == FigureStyle::Arrangement::Auto && firstLeads && style.columns == 0);
  if (!lead || count == 1)
    return gridCells(count, style.columns > 0 ? style.columns : fittingColumns(count, rect, gap), rect, gap);
  const bool beside = rect.width() >= rect.height();
  QRectF first = rect, rest = rect;
  if (beside) {
    first.setWidth(leadShare * (rect.width() - gap));
    rest.setLeft(first.right() + gap);
  } else {
    first.setHeight(leadShare * (rect.height() - gap));
    rest.setTop(first.bottom() + gap);
  }
  std::vector<QRectF> cells{first};
  const std::vector<QRectF> others = gridCells(count - 1, fittingColumns(count - 1, rest, gap), rest, gap);
  cells.insert(cells.end(), others.begin(), others.end());
  return cells;
}

QString panelLetter(int index, FigureStyle::Letters letters) {
  if (letters == FigureStyle::Letters::None) return {};
  QString text;
  for (int n = index + 1; n > 0; n = (n - 1) / 26) text.prepend(QChar(u'a' + (n - 1) % 26));
  if (letters == FigureStyle::Letters::Upper) return text.toUpper();
  return letters == FigureStyle::Letters::Bracketed ? QStringLiteral("(%1)").arg(text) : text;
}

void paintFigure(QPainter& painter, const QRectF& rect, std::span<View* const> views, const FigureStyle& style) {
  LayoutPainter(painter, rect, views, style).paint(rect);
}

}  // namespace learnscope
