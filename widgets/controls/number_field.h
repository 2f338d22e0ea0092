// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

#include "engine/core/parameter.h"

namespace learnscope {

/// An exact number, typed: plain or scientific ("1e-3"), 64-bit when whole. Up and Down step it (by a tenth of a decade
/// when logarithmic), Page Up and Page Down step ten times as far; Escape takes back what was typed.
class NumberField : public QLineEdit {
  Q_OBJECT
 public:
  explicit NumberField(const Parameter& parameter, QWidget* parent = nullptr);

  /// Shows a value; the text under the user's hands is left alone unless it is another number.
  void setValue(const Json& value);
  const Json& value() const { return value_; }

  /// As fields show it: 0.001 as "1e-3", whole numbers in full.
  static QString format(const Json& value);

 signals:
  /// The user has entered a number that the parameter allows.
  void edited(const learnscope::Json& value);
  /// What was typed is not allowed; the field keeps it so that it can be mended.
  void refused(const QString& why);
  /// The text is fine again, or was taken back.
  void mended();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;

 private:
  void commit();
  void stepBy(int steps);

  Parameter parameter_;
  Json value_;
  bool wrong_ = false;
};

/// Sets a font's numerals to equal widths, so that changing numbers do not jitter.
void setTabularFigures(QWidget& widget);

}  // namespace learnscope
