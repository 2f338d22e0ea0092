// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_preview.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr double border = 12;
constexpr double zoomAnEighth = 0.9993;  // per eighth of a degree of the wheel

}  // namespace

VideoPreview::VideoPreview(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("video.preview"));
  setAccessibleName(tr("Preview"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize VideoPreview::frameSize(QSize wanted) const {
  const QSizeF room = QSizeF(size()).shrunkBy(QMarginsF(border, border, border, border)) * devicePixelRatioF();
  const QSizeF fitted = QSizeF(wanted).scaled(room, Qt::KeepAspectRatio);
  const double scale = std::min(1.0, fitted.width() / wanted.width());
  const auto even = [](double side) { return std::max(64, 2 * static_cast<int>(side / 2)); };
  return {even(wanted.width() * scale), even(wanted.height() * scale)};
}

void VideoPreview::setFrame(const QImage& frame) {
  frame_ = frame;
  message_.clear();
  update();
}

void VideoPreview::setMessage(const QString& message) {
  message_ = message;
  update();
}

QRectF VideoPreview::place() const {
  const QSizeF shown = QSizeF(frame_.size()) / devicePixelRatioF();
  // On whole pixels, or every line would be blurred.
  return QRectF(QPointF(std::floor((width() - shown.width()) / 2), std::floor((height() - shown.height()) / 2)), shown);
}

QPointF VideoPreview::inFrame(QPointF position) const { return (position - place().topLeft()) * devicePixelRatioF(); }

void VideoPreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  painter.fillRect(rect(), theme.dark ? QColor(0x101215) : QColor(0xdfe2e6));
  if (!frame_.isNull()) {
    painter.setOpacity(message_.isEmpty() ? 1 : 0.25);
    painter.drawImage(place(), frame_);
    painter.setOpacity(1);
  }
  if (message_.isEmpty()) return;
  painter.setPen(theme.text);
  painter.drawText(rect().adjusted(40, 20, -40, -20), Qt::AlignCenter | Qt::TextWordWrap, message_);
}

void VideoPreview::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  emit resized();
}

void VideoPreview::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || frame_.isNull()) return;
  dragging_ = true;
  pressed_ = inFrame(event->position());
  last_ = event->position();
}

void VideoPreview::mouseMoveEvent(QMouseEvent* event) {
  if (!dragging_) return;
  emit dragged(pressed_, (event->position() - last_) * devicePixelRatioF());
  last_ = event->position();
}

void VideoPreview::mouseReleaseEvent(QMouseEvent*) {
  if (std::exchange(dragging_, false)) emit dragEnded();
}

void VideoPreview::wheelEvent(QWheelEvent* event) {
  emit zoomed(inFrame(event->position()), std::pow(zoomAnEighth, event->angleDelta().y()));
  event->accept();
}

}  // namespace learnscope
