// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QTimer>

#include "widgets/model/view.h"

namespace learnscope {

/// Saves a view as a figure: size in mm, text in pt, format, with a preview in true proportion. Remembers the last
/// choice.
class FigureDialog : public QDialog {
  Q_OBJECT
 public:
  FigureDialog(View& view, const QString& baseName, FigureStyle style, const QString& format,
               QWidget* parent = nullptr);
  FigureStyle style() const;
  QString format() const;  ///< "pdf", "svg" or "png"
  /// Where it was saved; empty until then.
  const QString& savedPath() const { return saved_; }

 public slots:
  void accept() override;

 private:
  QWidget* makeControls(const FigureStyle& style, const QString& format);
  void preview();
  void usePreset(int index);

  View& view_;
  QString baseName_, saved_;
  QTimer later_;
  QLabel* picture_;
  QLabel* message_;
  QComboBox *size_, *format_, *theme_;
  QDoubleSpinBox *width_, *height_, *font_, *line_, *dpi_;
  QCheckBox *transparent_, *markers_, *legend_, *title_;
};

}  // namespace learnscope
