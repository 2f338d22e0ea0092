// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_preview.h"

#include <QPainter>
#include <algorithm>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr int margin = 24;
constexpr int cell = 8;  // of the chequered ground

}  // namespace

FigurePreview::FigurePreview(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Preview of the figure"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void FigurePreview::setFigure(const QImage& image) {
  image_ = image;
  image_.setDevicePixelRatio(devicePixelRatioF());
  problem_.clear();
  setAccessibleDescription({});
  update();
}

void FigurePreview::setProblem(const QString& text) {
  problem_ = text;
  setAccessibleDescription(text);
  update();
}

QSize FigurePreview::room(double aspect) const {
  const double width = std::max(32, this->width() - 2 * margin), height = std::max(32, this->height() - 2 * margin);
  const double fitting = std::min(width, height * aspect);
  return (QSizeF(fitting, fitting / aspect) * devicePixelRatioF()).toSize();
}

void FigurePreview::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  emit resized();
}

void FigurePreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  painter.fillRect(rect(), theme.dark ? theme.window.darker(125) : theme.window.darker(106));
  if (!problem_.isEmpty()) {
    painter.setPen(theme.error);
    painter.drawText(rect().adjusted(margin, margin, -margin, -margin), Qt::AlignCenter | Qt::TextWordWrap, problem_);
    return;
  }
  if (image_.isNull()) return;
  const QSizeF shown = image_.deviceIndependentSize();
  const QRectF sheet(QPointF((width() - shown.width()) / 2, (height() - shown.height()) / 2), shown);
  painter.setPen(Qt::NoPen);
  for (int i = 1; i <= 4; ++i) {
    painter.setBrush(QColor(0, 0, 0, 14));
    painter.drawRect(sheet.adjusted(-i, -i + 1, i, i + 1));
  }
  if (image_.hasAlphaChannel()) {
    painter.save();
    painter.setClipRect(sheet);
    painter.fillRect(sheet, Qt::white);
    for (int y = 0; y * cell < sheet.height(); ++y)
      for (int x = y % 2; x * cell < sheet.width(); x += 2)
        painter.fillRect(QRectF(sheet.left() + x * cell, sheet.top() + y * cell, cell, cell), QColor(0xe4e4e4));
    painter.restore();
  }
  painter.drawImage(sheet.topLeft(), image_);
}

}  // namespace learnscope
