// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/model/figure_style.h"

class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace learnscope {

/// The choices of a figure that hold for one panel: title, axes, legend, annotations. An empty field leaves it to the
/// view.
class FigurePanelForm : public QWidget {
  Q_OBJECT
 public:
  explicit FigurePanelForm(QWidget* parent = nullptr);
  /// The panels to choose from: ids and titles. What was said of others is kept for when they come back.
  void setViews(const std::vector<std::pair<QString, QString>>& views);
  void setPanels(std::map<std::string, PanelStyle> panels);
  /// Of the views that can be chosen; those of which nothing is said are left out.
  std::map<std::string, PanelStyle> panels() const;

 signals:
  void changed();

 private:
  QLineEdit* addText(const char* name, const QString& placeholder);
  void makeRange(QFormLayout& form, const char* name, const QString& label, QLineEdit*& low, QLineEdit*& high);
  void makeAnnotations(QFormLayout& form);
  void addAnnotation(const Annotation& annotation);
  void showPanel();
  void readPanel();

  QComboBox *view_, *legend_;
  QLineEdit *title_, *xTitle_, *yTitle_, *xLow_, *xHigh_, *yLow_, *yHigh_;
  QTableWidget* annotations_;
  QPushButton* remove_;
  std::map<std::string, PanelStyle> panels_;
  bool showing_ = false;
};

}  // namespace learnscope
