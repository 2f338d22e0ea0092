// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QMenu>
#include <QObject>
#include <functional>

namespace learnscope {

/// One thing a user can do: menus, tool bar and the list of shortcuts are made from these.
struct ActionSpec {
  enum class Needs { Nothing, Lab, Run };  ///< what must be open for it to make sense
  QString id;                              ///< "run.play"; the object name of its QAction
  QString menu;                            ///< heading it stands under; "" for none
  QString text;
  QList<QKeySequence> shortcuts;
  QString icon;  ///< of resources/icons, or ""
  QString tip;   ///< one sentence, shown in tool tip and status bar
  Needs needs = Needs::Nothing;
  std::function<void()> handler;  ///< without one the action opens `submenu`
  bool separatorBefore = false;
  bool checkable = false;
  std::function<void(QMenu*)> submenu;  ///< fills the submenu each time it is about to show
};

/// The action table of a window: specs in the order of the menus, and the QActions made from them.
class ActionTable : public QObject {
  Q_OBJECT
 public:
  /// `owner` gets the actions, so that their shortcuts work anywhere in it.
  ActionTable(QWidget* owner, QList<ActionSpec> specs);

  const QList<ActionSpec>& specs() const { return specs_; }
  /// The action of that id; asserts that it exists.
  QAction* action(const QString& id) const;
  /// The menus, in order of first mention.
  QList<QMenu*> menus() const { return menus_; }
  /// Enables what makes sense with a lab open, and with a run in it.
  void setContext(bool lab, bool run);

 private:
  QAction* makeAction(QWidget* owner, const ActionSpec& spec);
  QMenu* menuOf(QWidget* owner, const QString& title);

  QList<ActionSpec> specs_;
  QHash<QString, QAction*> actions_;
  QList<QMenu*> menus_;
};

}  // namespace learnscope
