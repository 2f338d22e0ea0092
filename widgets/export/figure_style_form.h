// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/figure_style.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;

namespace learnscope {

/// The choices of a figure that hold for all of its panels, in two parts: page (size, arrangement) and look.
class FigureStyleForm : public QObject {
  Q_OBJECT
 public:
  explicit FigureStyleForm(QWidget* parent);
  QWidget* page() const { return page_; }
  QWidget* look() const { return look_; }
  /// Puts the choices into `style`, panels untouched.
  void readInto(FigureStyle& style) const;
  void show(const FigureStyle& style);

 signals:
  void changed();

 private:
  void makePage();
  void makeLook();
  QDoubleSpinBox* addNumber(QFormLayout& form, const char* name, const QString& label, double least, double most,
                            int decimals, const QString& unit);
  QComboBox* addChoice(QFormLayout& form, const char* name, const QString& label, const QStringList& choices);
  QCheckBox* addCheck(QFormLayout& form, const char* name, const QString& label);
  void nameSize();

  QWidget *page_, *look_;
  QComboBox *size_, *arrangement_, *letters_, *family_, *palette_, *theme_, *background_;
  QDoubleSpinBox *width_, *height_, *gap_, *font_, *titleFont_, *letterFont_, *line_, *dpi_;
  QSpinBox* columns_;
  QCheckBox *title_, *legend_, *markers_, *grid_, *sceneText_;
  bool showing_ = false;
};

}  // namespace learnscope
