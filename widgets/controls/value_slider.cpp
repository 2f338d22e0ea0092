// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/value_slider.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {
constexpr int positions = 1000;
constexpr double margin = 7;  // of the knob's centre from the ends
}  // namespace

ValueSlider::ValueSlider(QWidget* parent) : QAbstractSlider(parent) {
  setOrientation(Qt::Horizontal);
  setRange(0, positions);
  setSingleStep(positions / 100);
  setPageStep(positions / 10);
  setFocusPolicy(Qt::TabFocus);
  setAttribute(Qt::WA_Hover);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ValueSlider::sizeHint() const { return {120, 16}; }

void ValueSlider::setScale(double minimum, double maximum, bool logarithmic, bool whole) {
  minimum_ = minimum;
  maximum_ = maximum;
  // Six decades below the top are all that a slider of some 200 pixels can tell apart.
  low_ = minimum > 0 ? minimum : whole ? 1 : maximum * 1e-6;
  logarithmic_ = logarithmic && maximum > low_;
  whole_ = whole;
}

double ValueSlider::fraction(double value) const {
  if (maximum_ <= minimum_) return 0;
  if (!logarithmic_) return std::clamp((value - minimum_) / (maximum_ - minimum_), 0.0, 1.0);
  if (value <= minimum_) return 0;
  return std::clamp(std::log(value / low_) / std::log(maximum_ / low_), 0.0, 1.0);
}

double ValueSlider::at(double u) const {
  if (u <= 0) return minimum_;
  if (u >= 1) return maximum_;
  const double raw = logarithmic_ ? low_ * std::pow(maximum_ / low_, u) : minimum_ + u * (maximum_ - minimum_);
  if (whole_) return std::round(raw);
  // Two digits on a log scale, a thousandth of the range on a linear one.
  const double unit = logarithmic_ ? std::pow(10.0, std::floor(std::log10(raw)) - 1)
                                   : std::pow(10.0, std::floor(std::log10((maximum_ - minimum_) / 200)));
  const double inverse = std::round(1 / unit);
  return std::clamp(unit < 1 ? std::round(raw * inverse) / inverse : std::round(raw / unit) * unit, minimum_, maximum_);
}

void ValueSlider::setDefault(double value) {
  default_ = value;
  update();
}

void ValueSlider::setNumber(double value) {
  number_ = value;
  silent_ = true;
  setValue(static_cast<int>(std::lround(fraction(value) * positions)));
  silent_ = false;
  update();
}

double ValueSlider::number() const { return number_; }

void ValueSlider::sliderChange(SliderChange change) {
  QAbstractSlider::sliderChange(change);
  if (change != SliderValueChange || silent_) return;
  const double next = at(static_cast<double>(value()) / positions);
  update();
  if (next == number_) return;
  number_ = next;
  emit moved(next);
}

void ValueSlider::place(double x) {
  setValue(static_cast<int>(std::lround((x - margin) / std::max(1.0, width() - 2 * margin) * positions)));
}

void ValueSlider::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  setSliderDown(true);
  place(event->position().x());
}

void ValueSlider::mouseMoveEvent(QMouseEvent* event) {
  if (isSliderDown()) place(event->position().x());
}

void ValueSlider::mouseReleaseEvent(QMouseEvent*) { setSliderDown(false); }

void ValueSlider::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::of(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double y = height() / 2.0, span = width() - 2 * margin;
  const double x = margin + span * static_cast<double>(value()) / positions;
  const double start = margin + span * (minimum_ < 0 && maximum_ > 0 ? fraction(0) : 0);
  const auto line = [&](double a, double b, const QColor& color) {
    painter.setPen(QPen(color, 3, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(a, y), QPointF(b, y));
  };
  line(margin, width() - margin, theme.dark ? QColor(0x3d444c) : QColor(0xd7dce1));
  line(start, x, isEnabled() ? theme.accent : theme.faint);
  const double mark = margin + span * fraction(default_);
  painter.setPen(QPen(theme.faint, 1));
  painter.drawLine(QPointF(mark, y + 4), QPointF(mark, y + 7));
  const double r = isSliderDown() ? 6.5 : underMouse() || hasFocus() ? 6 : 5;
  painter.setPen(QPen(isEnabled() ? theme.accent : theme.faint, hasFocus() ? 2.5 : 1.6));
  painter.setBrush(theme.raised);
  painter.drawEllipse(QPointF(x, y), r, r);
}

}  // namespace learnscope
