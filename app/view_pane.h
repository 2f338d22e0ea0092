// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidget>

#include "widgets/model/view.h"

namespace learnscope {

/// Holds one view of a lab: makes it when it is first shown, refreshes it only while it can be seen.
class ViewPane : public QWidget {
  Q_OBJECT
 public:
  ViewPane(ViewSpec spec, SessionModel& model, QWidget* parent = nullptr);

  const ViewSpec& spec() const { return spec_; }
  /// The view, made now if it was not yet; null if its kind is refused (the pane then says why).
  View* view();
  bool hasView() const { return view_ != nullptr; }
  /// Draws the newest state if it can be seen; false if there was nothing to do.
  bool refreshIfSeen();
  /// What every view offers (copy and save figure and data), and closing it.
  void fillMenu(QMenu* menu);

 signals:
  void closeRequested();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  ViewSpec spec_;
  SessionModel& model_;
  QVBoxLayout* layout_;
  View* view_ = nullptr;
  bool failed_ = false;
};

/// The slim title bar of a dock: title (while tabbed, where the tab says it: the explanation), menu button, close
/// button.
class PaneHeader : public QWidget {
  Q_OBJECT
 public:
  PaneHeader(const QString& title, const QString& doc, bool withMenu, QWidget* parent = nullptr);
  void setTabbed(bool tabbed);
  QToolButton* menuButton() const { return menu_; }
  /// A dock leaves its title bar the height of this hint, whatever the maximum.
  QSize sizeHint() const override { return QWidget::sizeHint().boundedTo(maximumSize()); }

 signals:
  void closeClicked();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void elide();
  QString title_, doc_;
  bool tabbed_ = false;
  QLabel* label_;
  QToolButton* menu_ = nullptr;
};

/// A dock with a PaneHeader; `pane` is set when it holds a view.
class PaneDock : public QDockWidget {
  Q_OBJECT
 public:
  PaneDock(const QString& id, const QString& title, const QString& doc, QWidget* content, QWidget* parent);
  ViewPane* pane() const { return pane_; }
  PaneHeader* header() const { return header_; }

 private:
  PaneHeader* header_;
  ViewPane* pane_ = nullptr;
};

}  // namespace learnscope
