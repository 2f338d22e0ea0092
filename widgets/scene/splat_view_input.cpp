// SPDX-License-Identifier: GPL-3.0-or-later
#include <QKeyEvent>
#include <QLinearGradient>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>

#include "widgets/model/theme.h"
#include "widgets/scene/camera_input.h"
#include "widgets/scene/splat_view.h"

namespace learnscope {
namespace {

constexpr double nearer = 0.5;  ///< a double click halves the distance

/// A label with rounded ground in a corner of the pane.
void paintLabel(QPainter& painter, const QPointF& at, const QString& text, const Theme& theme) {
  const QFontMetricsF metrics(painter.font());
  const double margin = metrics.height() * 0.35;
  const QRectF box(at, QSizeF(metrics.horizontalAdvance(text) + 2 * margin, metrics.height() + margin));
  painter.setPen(Qt::NoPen);
  QColor ground = theme.raised;
  ground.setAlphaF(0.85F);
  painter.setBrush(ground);
  painter.drawRoundedRect(box, 4, 4);
  painter.setPen(theme.text);
  painter.drawText(box, Qt::AlignCenter, text);
}

}  // namespace

void SplatView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  const auto background = renderOptions().background;
  painter.fillRect(rect(),
                   splats_ ? QColor::fromRgbF(background[0], background[1], background[2]) : theme.plotBackground);
  painter.setRenderHint(QPainter::Antialiasing);
  if (!splats_) return paintMessage(painter);
  if (frame_) {
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(rect()), frame_->image);
    if (colours() != SplatColours::Appearance) paintScale(painter);
  }
  paintNote(painter);
  if (outline_.size() < 2) return;
  QColor fill = theme.accent;
  fill.setAlphaF(0.18F);
  painter.setBrush(fill);
  painter.setPen(QPen(theme.accent, 1.5));
  painter.drawPolygon(outline_);
}

void SplatView::paintMessage(QPainter& painter) const {
  const Theme theme = Theme::of(palette());
  QFont large = font();
  large.setPointSizeF(font().pointSizeF() * 1.5);
  painter.setFont(large);
  painter.setPen(theme.text);
  const double line = QFontMetricsF(large).height();
  const QRectF upper(0, height() / 2.0 - 1.6 * line, width(), line * 1.2);
  painter.drawText(upper, Qt::AlignCenter, title_);
  painter.setFont(font());
  painter.setPen(theme.muted);
  painter.drawText(QRectF(width() * 0.1, upper.bottom() + 0.3 * line, width() * 0.8, height() / 2.0),
                   Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, text_);
}

QString SplatView::noteText() const {
  QStringList notes;
  if (frame_ && frame_->reduced) notes << tr("Half resolution while moving");
  if (tool_ == Tool::Box) notes << tr("Drag a box around what is to be hidden; Escape ends");
  if (tool_ == Tool::Lasso) notes << tr("Draw around what is to be hidden; Escape ends");
  if (!frame_) notes << tr("Drawing…");
  return notes.join(QLatin1Char('\n'));
}

void SplatView::paintNote(QPainter& painter) const {
  const Theme theme = Theme::of(palette());
  double y = 10;
  for (const QString& note : noteText().split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
    paintLabel(painter, {10, y}, note, theme);
    y += QFontMetricsF(font()).height() * 1.6;
  }
}

/// The colour scale of a quantity, in the lower left corner.
void SplatView::paintScale(QPainter& painter) const {
  const Theme theme = Theme::of(palette());
  const QFontMetricsF metrics(font());
  const double line = metrics.height();
  const QRectF box(12, height() - 12 - 3.6 * line, 15 * line, 3.6 * line);
  QColor ground = theme.raised;
  ground.setAlphaF(0.85F);
  painter.setPen(Qt::NoPen);
  painter.setBrush(ground);
  painter.drawRoundedRect(box, 4, 4);
  const QString title = colours() == SplatColours::Opacity ? tr("Opacity")
                        : colours() == SplatColours::Size  ? tr("Largest standard deviation (world units, log)")
                                                           : tr("Depth (world units)");
  painter.setPen(theme.text);
  const QRectF inner = box.adjusted(0.5 * line, 0.2 * line, -0.5 * line, -0.2 * line);
  painter.drawText(inner, Qt::AlignLeft | Qt::AlignTop, metrics.elidedText(title, Qt::ElideRight, inner.width()));
  const QRectF bar(inner.left(), inner.top() + 1.2 * line, inner.width(), 0.7 * line);
  QLinearGradient gradient(bar.topLeft(), bar.topRight());
  for (int k = 0; k <= 16; ++k) gradient.setColorAt(k / 16.0, mapColor(QStringLiteral("sequential"), k / 16.0, theme));
  painter.fillRect(bar, gradient);
  const QLocale locale;
  painter.drawText(inner, Qt::AlignLeft | Qt::AlignBottom, locale.toString(frame_->range[0], 'g', 3));
  painter.drawText(inner, Qt::AlignRight | Qt::AlignBottom, locale.toString(frame_->range[1], 'g', 3));
}

void SplatView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  // The first size comes after the file where both are asked for at once.
  if (event->oldSize().width() <= 0 && splats_) camera_ = homeCamera();
  moved();
}

void SplatView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) requestFrame(false);
}

bool SplatView::event(QEvent* event) {
  // Single letters are the view's while it has the focus, not shortcuts of the window.
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool plain = !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (plain && key->key() < 128 && QStringLiteral("WASDQET").contains(QChar(key->key()))) {
      event->accept();
      return true;
    }
  }
  return QWidget::event(event);
}

void SplatView::mousePressEvent(QMouseEvent* event) {
  if (button_ != Qt::NoButton || !splats_) return;
  setFocus(Qt::MouseFocusReason);
  flight_.stop();
  setTurning(false);
  button_ = event->button();
  pressed_ = last_ = event->position();
  if (tool_ != Tool::Orbit && button_ == Qt::LeftButton) outline_ = QPolygonF({pressed_});
}

void SplatView::mouseMoveEvent(QMouseEvent* event) {
  if (button_ == Qt::NoButton) return;
  const QPointF delta = event->position() - last_;
  last_ = event->position();
  if (!outline_.isEmpty()) {
    if (tool_ == Tool::Lasso)
      outline_ << last_;
    else
      outline_ = QPolygonF(QRectF(pressed_, last_).normalized());
    update();
    return;
  }
  dragCamera(camera_, delta, button_, event->modifiers(), {double(width()), double(height())});
  moved();
}

void SplatView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != button_) return;
  button_ = Qt::NoButton;
  if (outline_.isEmpty()) return;
  const QPolygonF outline = std::exchange(outline_, QPolygonF());
  update();
  hideEnclosed(outline);
}

void SplatView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && tool_ == Tool::Orbit) focusOn(event->position());
}

void SplatView::focusOn(QPointF place) {
  if (!splats_) return;
  renderer_.pick(
      request(pixelSize()), place * devicePixelRatioF(), [this, shown = splats_](std::optional<std::size_t> splat) {
        if (!splat || shown != splats_) return;
        const auto& position = splats_->gaussians().position;
        const splats::Vec3d p = upright_.toUpright({position[0][*splat], position[1][*splat], position[2][*splat]});
        Camera camera = camera_;
        camera.target = {p[0], p[1], p[2]};
        camera.distance = nearer * length(camera.target - camera_.eye());
        flyTo(camera);
      });
}

void SplatView::wheelEvent(QWheelEvent* event) {
  if (const double notches = event->angleDelta().y() / 120.0; notches != 0 && splats_) {
    wheelCamera(camera_, notches, event->position(), {double(width()), double(height())});
    moved();
  }
  event->accept();
}

void SplatView::keyPressEvent(QKeyEvent* event) {
  if (keyCamera(camera_, event->key(), event->modifiers(), {double(width()), double(height())})) return moved();
  switch (event->key()) {
    case Qt::Key_Home:
      return goHome();
    case Qt::Key_T:
      return setTurning(!isTurning());
    case Qt::Key_Escape:
      if (tool_ != Tool::Orbit) return setTool(Tool::Orbit);
      break;
    default:
      break;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace learnscope
