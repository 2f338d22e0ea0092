// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/picture_preview.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr double margin = 18;            // of the desk around the sheet
constexpr int cell = 8;                  // of the chequered ground
constexpr double zoomAnEighth = 0.9993;  // per eighth of a degree of the wheel
constexpr double dimmed = 0.25;          // a picture behind a message

}  // namespace

PicturePreview::PicturePreview(const QString& accessibleName, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessibleName);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSizeF PicturePreview::room(QSizeF wanted) const {
  const QSizeF desk = QSizeF(size()).shrunkBy(QMarginsF(margin, margin, margin, margin)).expandedTo({32, 32});
  return wanted.scaled(desk, Qt::KeepAspectRatio) * devicePixelRatioF();
}

void PicturePreview::setPicture(const QImage& picture) {
  picture_ = picture;
  picture_.setDevicePixelRatio(devicePixelRatioF());
  setMessage({});
}

void PicturePreview::setMessage(const QString& message) {
  message_ = message;
  setAccessibleDescription(message);
  update();
}

QRectF PicturePreview::place() const {
  const QSizeF shown = picture_.deviceIndependentSize();
  // On whole pixels, or every line would be blurred.
  return QRectF(QPointF(std::floor((width() - shown.width()) / 2), std::floor((height() - shown.height()) / 2)), shown);
}

QPointF PicturePreview::inPicture(QPointF position) const {
  return (position - place().topLeft()) * devicePixelRatioF();
}

void PicturePreview::paintSheet(QPainter& painter, const QRectF& sheet) const {
  painter.setPen(Qt::NoPen);
  for (int i = 1; i <= 4; ++i) {
    painter.setBrush(QColor(0, 0, 0, 14));
    painter.drawRect(sheet.adjusted(-i, -i + 1, i, i + 1));
  }
  if (picture_.hasAlphaChannel()) {
    painter.save();
    painter.setClipRect(sheet);
    painter.fillRect(sheet, Qt::white);
    for (int y = 0; y * cell < sheet.height(); ++y)
      for (int x = y % 2; x * cell < sheet.width(); x += 2)
        painter.fillRect(QRectF(sheet.left() + x * cell, sheet.top() + y * cell, cell, cell), QColor(0xe4e4e4));
    painter.restore();
  }
  painter.drawImage(sheet.topLeft(), picture_);
}

void PicturePreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  painter.fillRect(rect(), theme.dark ? theme.window.darker(125) : theme.window.darker(106));
  if (!picture_.isNull()) {
    painter.setOpacity(message_.isEmpty() ? 1 : dimmed);
    paintSheet(painter, place());
    painter.setOpacity(1);
  }
  if (message_.isEmpty()) return;
  painter.setPen(theme.text);
  painter.drawText(rect().adjusted(40, 20, -40, -20), Qt::AlignCenter | Qt::TextWordWrap, message_);
}

void PicturePreview::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  emit resized();
}

void PicturePreview::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || picture_.isNull()) return;
  dragging_ = true;
  pressed_ = inPicture(event->position());
  last_ = event->position();
}

void PicturePreview::mouseMoveEvent(QMouseEvent* event) {
  if (!dragging_) return;
  emit dragged(pressed_, (event->position() - last_) * devicePixelRatioF());
  last_ = event->position();
}

void PicturePreview::mouseReleaseEvent(QMouseEvent*) { dragging_ = false; }

void PicturePreview::wheelEvent(QWheelEvent* event) {
  emit zoomed(inPicture(event->position()), std::pow(zoomAnEighth, event->angleDelta().y()));
  event->accept();
}

}  // namespace learnscope
