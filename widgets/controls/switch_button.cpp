// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/switch_button.h"

#include <QPainter>

#include "widgets/model/theme.h"

namespace learnscope {

SwitchButton::SwitchButton(QWidget* parent) : QCheckBox(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  setAttribute(Qt::WA_Hover);
}

QSize SwitchButton::sizeHint() const {
  const int height = std::max(18, fontMetrics().height());
  return {height * 2 - 2, height + 2};
}

void SwitchButton::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::of(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double h = height() - 4;
  const QRectF track(1.5, 2, width() - 3, h);
  const bool on = isChecked();
  QColor fill = on ? theme.accent : theme.faint;
  if (!isEnabled()) fill = theme.grid;
  if (underMouse() && isEnabled()) fill = theme.dark ? fill.lighter(112) : fill.darker(106);
  if (hasFocus()) {
    painter.setPen(QPen(theme.accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75), h / 2 + 1, h / 2 + 1);
  }
  painter.setPen(Qt::NoPen);
  painter.setBrush(fill);
  painter.drawRoundedRect(track.adjusted(1, 1, -1, -1), h / 2 - 1, h / 2 - 1);
  const double r = h / 2 - 3;
  const double y = track.center().y();
  painter.setBrush(theme.dark ? QColor(0xf4f6f8) : QColor(Qt::white));
  painter.drawEllipse(QPointF(on ? track.right() - r - 3 : track.left() + r + 3, y), r, r);
  painter.setPen(QPen(theme.dark && on ? QColor(0x10141a) : QColor(Qt::white), 1.4));
  if (on)
    painter.drawLine(QPointF(track.left() + r + 2, y - 3), QPointF(track.left() + r + 2, y + 3));
  else
    painter.drawEllipse(QPointF(track.right() - r - 2, y), 2.6, 2.6);
}

}  // namespace learnscope
