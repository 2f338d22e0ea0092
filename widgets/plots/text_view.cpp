// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/text_view.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/export/figure_actions.h"
#include "widgets/model/filled_text.h"
#include "widgets/plots/figure_painter.h"
#include "widgets/plots/line_layer.h"
#include "widgets/plots/plot_view.h"

namespace learnscope {

TextView::TextView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : View(std::move(viewSpec), sessionModel, parent), label_(new QLabel(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(14, 10, 14, 10);
  column->addWidget(label_, 0, Qt::AlignTop);
  label_->setWordWrap(true);
  label_->setTextFormat(Qt::PlainText);
  label_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label_->setContextMenuPolicy(Qt::NoContextMenu);
  label_->setAccessibleName(spec().title);
  const auto look = [this] {
    if (isVisible()) refresh();
  };
  connect(&model(), &SessionModel::refreshed, this, look);
  connect(&model(), &SessionModel::cursorChanged, this, look);
}

void TextView::refresh() {
  const auto runs = model().runs(runsBinding(spec()));
  const std::shared_ptr<Run> run = runs.empty() ? nullptr : runs.back();
  QStringList lines;
  for (const Json& layer : spec().layers(run ? run->info().config : model().config())) {
    if (!layer.contains("value") || !layer["value"].is_string()) {
      lines << mistakeText(ConfigError("/layers/value", "missing", "expected text"));
      continue;
    }
    lines << filledText(QString::fromStdString(layer["value"].get<std::string>()), [&](const QString& name) {
      if (name == QLatin1String("step")) return static_cast<double>(model().cursor());
      if (!run) return std::nan("");
      const ScalarSeries& series = run->scalars(name.toStdString());
      const std::ptrdiff_t i = indexAt(series, model().cursor());
      return i < 0 ? std::nan("") : series[static_cast<std::size_t>(i)].value;
    });
  }
  const QString text = lines.join('\n');
  if (text != label_->text()) label_->setText(text);
}

void TextView::paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  refresh();
  const Theme theme = figureTheme(style);
  if (!style.transparent) painter.fillRect(rect, theme.plotBackground);
  painter.setFont(figureFont(painter, style));
  painter.setPen(theme.text);
  const double pad = style.fontPt;
  painter.drawText(rect.adjusted(pad, pad, -pad, -pad), Qt::TextWordWrap, label_->text());
}

QString TextView::dataCsv() const { return QStringLiteral("text\n") + csvQuoted(label_->text()) + '\n'; }

void TextView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
}

void TextView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  addFigureActions(menu, *this);
  menu.exec(event->globalPos());
}

}  // namespace learnscope
