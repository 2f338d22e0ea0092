// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_header.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

QFont smallFont(const QWidget& widget) {
  QFont font = widget.font();
  font.setPointSizeF(std::max(6.5, font.pointSizeF() * 0.9));
  return font;
}

}  // namespace

PlotHeader::PlotHeader(QWidget* parent) : QWidget(parent), slider_(new QSlider(Qt::Horizontal, this)) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  slider_->setRange(0, 100);
  slider_->setObjectName(QStringLiteral("smoothing"));
  slider_->setAccessibleName(tr("Smoothing"));
  slider_->setToolTip(tr("Smoothing: exponential mean over all recorded values; the raw line stays behind it"));
  slider_->hide();
  connect(slider_, &QSlider::valueChanged, this, [this](int value) {
    // Finer towards strong smoothing: 1 - weight falls tenfold every 33 marks.
    emit smoothingChanged(value == 0 ? 0 : 1 - std::pow(10.0, -value / 33.0));
  });
}

void PlotHeader::setTitle(const QString& title) {
  title_ = title;
  update();
}

void PlotHeader::setLegend(std::vector<LegendEntry> legend) {
  legend_ = std::move(legend);
  if (values_.size() != legend_.size()) values_.clear();
  updateGeometry();
  update();
}

void PlotHeader::setValues(std::vector<QString> values) {
  if (values == values_) return;
  values_ = std::move(values);
  update();
}

void PlotHeader::setLeftMargin(int margin) {
  if (margin == left_) return;
  left_ = margin;
  update();
}

void PlotHeader::setSmoothable(bool on) { smoothable_ = on; }

void PlotHeader::setSmoothing(double weight) {
  const QSignalBlocker quiet(slider_);
  slider_->setValue(weight <= 0 ? 0 : static_cast<int>(std::lround(-33 * std::log10(1 - weight))));
}

void PlotHeader::setActive(bool active) {
  slider_->setVisible(smoothable_ && (active || slider_->isSliderDown() || slider_->hasFocus()));
  update();
}

QSize PlotHeader::sizeHint() const {
  const int line = static_cast<int>(std::ceil(QFontMetricsF(smallFont(*this)).height()));
  return {200, legend_.empty() && title_.isEmpty() ? 6 : line + 8};
}

void PlotHeader::resizeEvent(QResizeEvent*) {
  const int w = std::clamp(width() / 6, 50, 110);
  slider_->setGeometry(width() - w - 12, (height() - slider_->sizeHint().height()) / 2, w,
                       slider_->sizeHint().height());
}

void PlotHeader::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  painter.fillRect(rect(), theme.plotBackground);
  const QFont font = smallFont(*this);
  painter.setFont(font);
  const QFontMetricsF metrics(font);
  const double base = height() - 4 - metrics.descent();
  const double right = slider_->isVisible() ? slider_->x() - 8 : width() - 10;
  double x = left_;
  painter.setPen(theme.muted);
  if (!title_.isEmpty()) {
    painter.drawText(QPointF(x, base), title_);
    x += metrics.horizontalAdvance(title_) + 16;
  }
  const double valueWidth = metrics.horizontalAdvance(QStringLiteral("0.0000"));
  for (std::size_t i = 0; i < legend_.size(); ++i) {
    const LegendEntry& entry = legend_[i];
    const QString value = i < values_.size() ? values_[i] : QString();
    const double sample = entry.shape == LegendEntry::Shape::Line ? 18 : 10;
    const double width = sample + 5 + metrics.horizontalAdvance(entry.label);
    if (x + width > right) {
      painter.setPen(theme.muted);
      if (x + metrics.horizontalAdvance(QStringLiteral("…")) < right)
        painter.drawText(QPointF(x, base), QStringLiteral("… %1").arg(legend_.size() - i));
      break;
    }
    drawLegendSample(painter, QRectF(x, base - metrics.capHeight() / 2 - 5, sample, 10), entry, 1.1);
    painter.setPen(theme.text);
    painter.drawText(QPointF(x + sample + 5, base), entry.label);
    x += width;
    if (!values_.empty() && x + 5 + valueWidth <= right) {
      painter.setPen(theme.muted);
      painter.drawText(QPointF(x + 5, base), value);
      x += 5 + std::max(valueWidth, metrics.horizontalAdvance(value));
    }
    x += 14;
  }
}

}  // namespace learnscope
