// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/actions.h"

#include "widgets/model/icons.h"

namespace learnscope {

ActionTable::ActionTable(QWidget* owner, QList<ActionSpec> specs) : QObject(owner), specs_(std::move(specs)) {
  for (const ActionSpec& spec : specs_) {
    QAction* action = makeAction(owner, spec);
    actions_.insert(spec.id, action);
    if (spec.menu.isEmpty()) continue;
    QMenu* menu = menuOf(owner, spec.menu);
    if (spec.separatorBefore) menu->addSeparator();
    menu->addAction(action);
  }
}

QAction* ActionTable::makeAction(QWidget* owner, const ActionSpec& spec) {
  auto* action = new QAction(spec.text, owner);
  action->setObjectName(spec.id);
  action->setShortcuts(spec.shortcuts);
  action->setCheckable(spec.checkable);
  action->setStatusTip(spec.tip);
  QString plain = spec.text;
  plain.remove(QLatin1Char('&'));
  const QString keys = spec.shortcuts.isEmpty() ? QString() : spec.shortcuts.first().toString(QKeySequence::NativeText);
  action->setToolTip(keys.isEmpty() ? plain : QStringLiteral("%1 (%2)").arg(plain, keys));
  if (!spec.icon.isEmpty()) action->setIcon(symbolicIcon(spec.icon));
  action->setIconVisibleInMenu(false);
  if (spec.submenu) {
    auto* menu = new QMenu(spec.text, owner);
    action->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [menu, fill = spec.submenu] {
      menu->clear();
      fill(menu);
    });
  }
  if (spec.handler) connect(action, &QAction::triggered, this, [run = spec.handler] { run(); });
  owner->addAction(action);
  return action;
}

QMenu* ActionTable::menuOf(QWidget* owner, const QString& title) {
  for (QMenu* menu : menus_)
    if (menu->title() == title) return menu;
  auto* menu = new QMenu(title, owner);
  menus_ << menu;
  return menu;
}

QAction* ActionTable::action(const QString& id) const {
  QAction* found = actions_.value(id);
  Q_ASSERT_X(found, "ActionTable::action", qPrintable(id));
  return found;
}

void ActionTable::setContext(bool lab, bool run) {
  for (const ActionSpec& spec : specs_) {
    const bool enabled = spec.needs == ActionSpec::Needs::Nothing || (spec.needs == ActionSpec::Needs::Lab && lab) ||
                         (spec.needs == ActionSpec::Needs::Run && run);
    actions_.value(spec.id)->setEnabled(enabled);
  }
}

}  // namespace learnscope
