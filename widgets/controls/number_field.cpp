// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/number_field.h"

#include <QFontMetrics>
#include <QKeyEvent>
#include <QWheelEvent>
#include <algorithm>
#include <charconv>
#include <cmath>

namespace learnscope {
namespace {

/// The shortest text that reads back as the same double.
QString shortest(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return QString::fromLatin1(buffer, static_cast<qsizetype>(end - buffer));
}

double roundedTo(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, digits - 1 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) ? std::round(value * scale) / scale : value;
}

}  // namespace

void setTabularFigures(QWidget& widget) {
  // Qt 6.4 has no font features: most desktop fonts have tabular figures as their default, and kerning is what moves
  // them.
  QFont font = widget.font();
  font.setKerning(false);
  widget.setFont(font);
}

NumberField::NumberField(const Parameter& parameter, QWidget* parent) : QLineEdit(parent), parameter_(parameter) {
  setAlignment(Qt::AlignRight);
  setTabularFigures(*this);
  setMinimumWidth(QFontMetrics(font()).horizontalAdvance(QStringLiteral("0.00000")) + 12);
  connect(this, &QLineEdit::editingFinished, this, &NumberField::commit);
}

QString NumberField::format(const Json& value) {
  if (value.is_number_integer()) return QString::fromStdString(value.dump());
  if (!value.is_number()) return QString::fromStdString(value.is_string() ? value.get<std::string>() : value.dump());
  const double number = value.get<double>();
  QString text = shortest(number);
  const double size = std::abs(number);
  if (size != 0 && (size < 1e-2 || size >= 1e6)) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
    text = QString::fromLatin1(buffer, static_cast<qsizetype>(end - buffer));
    text.replace(QLatin1String("e-0"), QLatin1String("e-")).replace(QLatin1String("e+0"), QLatin1String("e"));
    text.replace(QLatin1String("e+"), QLatin1String("e"));
  }
  return text;
}

void NumberField::setValue(const Json& value) {
  if (value == value_ && !text().isEmpty()) return;
  value_ = value;
  wrong_ = false;
  setText(format(value));
  setCursorPosition(0);
}

void NumberField::commit() {
  const QString typed = text().trimmed();
  if (typed == format(value_)) {
    if (wrong_) emit mended();
    wrong_ = false;
    return;
  }
  try {
    const Json value = parameter_.parse(typed.toStdString());
    if (const std::optional<Problem> problem = parameter_.check(value)) {
      wrong_ = true;
      emit refused(tr("Must be %1").arg(QString::fromStdString(problem->allowed)));
      return;
    }
    const bool changed = value != value_;
    value_ = value;
    setText(format(value));
    if (wrong_) emit mended();
    wrong_ = false;
    if (changed) emit edited(value);
  } catch (const Error&) {
    wrong_ = true;
    emit refused(tr("Must be %1").arg(QString::fromStdString(parameter_.allowed())));
  }
}

void NumberField::stepBy(int steps) {
  commit();
  if (wrong_ || !value_.is_number()) return;
  const bool whole = parameter_.type == ParameterType::Int;
  double value = value_.get<double>();
  if (parameter_.logarithmic && value > 0) {
    double next = roundedTo(value * std::pow(10.0, 0.1 * steps), 2);
    if (whole) next = steps > 0 ? std::max(next, value + 1) : std::min(next, value - 1);
    value = next;
  } else {
    const double range = parameter_.maximum - parameter_.minimum;
    const double unit = whole                  ? 1
                        : std::isfinite(range) ? std::pow(10.0, std::floor(std::log10(range) - 1.5))
                        : value != 0           ? std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1)
                                               : 0.1;
    value = whole ? value + steps : std::round(value / unit + steps) * unit;
    if (!whole) value = roundedTo(value, 12);
  }
  value = std::clamp(value, parameter_.minimum, parameter_.maximum);
  setText(format(whole ? Json(static_cast<std::int64_t>(value)) : Json(value)));
  commit();
}

void NumberField::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Up:
      return stepBy(1);
    case Qt::Key_Down:
      return stepBy(-1);
    case Qt::Key_PageUp:
      return stepBy(10);
    case Qt::Key_PageDown:
      return stepBy(-10);
    case Qt::Key_Escape:
      if (text() != format(value_)) {
        setText(format(value_));
        selectAll();
        wrong_ = false;
        emit mended();
        return;
      }
      break;
    default:
      break;
  }
  QLineEdit::keyPressEvent(event);
}

// Only with the focus: a wheel that scrolls the panel must not change what it passes over.
void NumberField::wheelEvent(QWheelEvent* event) {
  if (!hasFocus()) return event->ignore();
  if (event->angleDelta().y() != 0) stepBy(event->angleDelta().y() > 0 ? 1 : -1);
  event->accept();
}

void NumberField::focusInEvent(QFocusEvent* event) {
  QLineEdit::focusInEvent(event);
  if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason) selectAll();
}

}  // namespace learnscope
