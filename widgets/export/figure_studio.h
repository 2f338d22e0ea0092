// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>

#include "widgets/export/style_shelf.h"
#include "widgets/model/view.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;

namespace learnscope {

class FigureHost;
class FigurePanelForm;
class PicturePreview;
class FigureStyleForm;

/// Views as a figure: which of them, in which order, how large and in which style, with a live preview; copies and
/// saves it. Styles are kept by name; the last one is there again the next time.
class FigureStudio : public QDialog {
  Q_OBJECT
 public:
  /// Begins with one view; the others of its window can be added.
  FigureStudio(View& first, QWidget* parent);

  FigureStyle style() const;
  void setStyle(const FigureStyle& style);
  /// Ids of the views that are in the figure, in order.
  QStringList views() const;
  void setViews(const QStringList& ids);
  /// Saves what the preview shows. Throws what saveFigure() throws.
  void save(const QString& path);

 private:
  QWidget* makeSide();
  QWidget* makeStyles();
  QWidget* makeViews();
  QWidget* makeButtons();
  std::vector<View*> shownViews() const;
  void viewsChanged();
  void later();
  void draw();
  void askSave();
  void copy();
  void keepStyle();
  void say(const std::function<void()>& action);

  View& first_;
  FigureHost* host_;
  StyleShelf shelf_;
  PicturePreview* preview_;
  QLabel* facts_;
  QComboBox* styles_;
  QListWidget* list_;
  FigureStyleForm* form_;
  FigurePanelForm* panel_;
  QPushButton *save_, *copy_;
  QTimer timer_;
};

}  // namespace learnscope
