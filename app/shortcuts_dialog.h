// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/actions.h"

namespace learnscope {

/// Every action of the table that has a shortcut, by menu, with a search field.
class ShortcutsDialog : public QDialog {
  Q_OBJECT
 public:
  ShortcutsDialog(const ActionTable& table, QWidget* parent = nullptr);
};

}  // namespace learnscope
