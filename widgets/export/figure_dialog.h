// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "widgets/model/view.h"

class QCheckBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;

namespace learnscope {

/// Asks how a figure is to be drawn, with a preview; remembers the last answers.
class FigureDialog : public QDialog {
  Q_OBJECT
 public:
  FigureDialog(View& view, QWidget* parent);
  FigureStyle style() const;
  void remember() const;

 private:
  QDoubleSpinBox* addNumber(const QString& label, double value, double least, double most, int decimals,
                            const QString& unit);
  QCheckBox* addCheck(const QString& label, bool on);
  void preview();

  View& view_;
  QFormLayout* form_;
  QDoubleSpinBox *width_ = nullptr, *height_ = nullptr, *font_ = nullptr, *line_ = nullptr, *dpi_ = nullptr;
  QCheckBox *dark_ = nullptr, *transparent_ = nullptr, *markers_ = nullptr, *legend_ = nullptr, *title_ = nullptr;
  QLabel* preview_ = nullptr;
};

}  // namespace learnscope
