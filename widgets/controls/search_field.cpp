// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/search_field.h"

#include <QAction>
#include <QToolButton>

#include "widgets/model/icons.h"

namespace learnscope {

SearchField::SearchField(const QString& prompt, QWidget* parent) : QLineEdit(parent) {
  setPlaceholderText(prompt);
  setAccessibleName(prompt);
  setClearButtonEnabled(true);
  const QAction* lens = addAction(symbolicIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  for (auto* button : findChildren<QToolButton*>()) {
    const bool leads = button->defaultAction() == lens;
    button->setAccessibleName(leads ? prompt : tr("Clear"));
    if (leads) button->setEnabled(false);  // an ornament
  }
}

}  // namespace learnscope
