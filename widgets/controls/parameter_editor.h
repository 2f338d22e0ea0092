// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QWidget>
#include <memory>

#include "engine/core/parameter.h"

namespace learnscope {

/// The widgets that edit one parameter: a compact one that stands beside the title, and for some types a wide one
/// below.
class ParameterEditor : public QObject {
  Q_OBJECT
 public:
  ParameterEditor(const Parameter& parameter, QObject* parent) : QObject(parent), parameter_(parameter) {}
  const Parameter& parameter() const { return parameter_; }

  virtual Json value() const = 0;
  /// Shows a value; says nothing.
  virtual void setValue(const Json& value) = 0;
  /// What stands on the title's line, or null; it is the title's buddy when it exists.
  virtual QWidget* compact() const { return nullptr; }
  /// What stands below over the whole width, or null.
  virtual QWidget* wide() const { return nullptr; }
  QWidget* focusWidget() const { return compact() ? compact() : wide(); }

 signals:
  /// The user has entered a value that the parameter allows.
  void edited(const learnscope::Json& value);
  /// What was entered is not allowed.
  void refused(const QString& why);
  void mended();
  /// Around the drag of a slider: all of it is one change.
  void gestureBegan();
  void gestureEnded();

 protected:
  /// Emits `edited` or `refused`.
  void offer(const Json& value);

 private:
  Parameter parameter_;
};

/// The editor of a parameter's type; its widgets are children of `parent`.
ParameterEditor* createParameterEditor(const Parameter& parameter, QWidget* parent);

/// Meaning, allowed values and unit as rich text.
QString parameterToolTip(const Parameter& parameter);

}  // namespace learnscope
