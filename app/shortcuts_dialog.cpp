// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shortcuts_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/controls/search_field.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

QString keysText(const QList<QKeySequence>& keys) {
  QStringList texts;
  for (const QKeySequence& key : keys) texts << key.toString(QKeySequence::NativeText);
  return texts.join(ShortcutsDialog::tr("  or  "));
}

QString plainText(QString text) { return text.remove(QLatin1Char('&')).remove(QStringLiteral("…")); }

void fill(QTreeWidget* tree, const ActionTable& table) {
  QHash<QString, QTreeWidgetItem*> headings;
  for (const ActionSpec& spec : table.specs()) {
    if (spec.shortcuts.isEmpty()) continue;
    QTreeWidgetItem*& heading = headings[spec.menu];
    if (!heading) {
      heading = new QTreeWidgetItem(tree, {spec.menu.isEmpty() ? ShortcutsDialog::tr("Other") : plainText(spec.menu)});
      heading->setFirstColumnSpanned(true);
      heading->setFlags(Qt::ItemIsEnabled);
      QFont bold = tree->font();
      bold.setBold(true);
      heading->setFont(0, bold);
    }
    auto* row = new QTreeWidgetItem(heading, {plainText(spec.text), keysText(spec.shortcuts)});
    row->setToolTip(0, spec.tip);
  }
  tree->expandAll();
}

void filter(QTreeWidget* tree, const QString& text) {
  for (int i = 0; i < tree->topLevelItemCount(); ++i) {
    QTreeWidgetItem* heading = tree->topLevelItem(i);
    bool any = false;
    for (int j = 0; j < heading->childCount(); ++j) {
      QTreeWidgetItem* row = heading->child(j);
      const bool match =
          row->text(0).contains(text, Qt::CaseInsensitive) || row->text(1).contains(text, Qt::CaseInsensitive);
      row->setHidden(!match);
      any = any || match;
    }
    heading->setHidden(!any);
  }
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(const ActionTable& table, QWidget* parent) : QDialog(parent) {
  setObjectName(QStringLiteral("shortcutsDialog"));
  setWindowTitle(tr("Keyboard shortcuts"));
  auto* layout = new QVBoxLayout(this);
  auto* search = new SearchField(tr("Search actions or keys"), this);
  search->setObjectName(QStringLiteral("searchField"));
  layout->addWidget(search);

  auto* tree = new QTreeWidget(this);
  tree->setAccessibleName(tr("Shortcuts"));
  tree->setColumnCount(2);
  tree->setHeaderHidden(true);
  tree->setRootIsDecorated(false);
  tree->setIndentation(12);
  tree->setFrameShape(QFrame::NoFrame);
  fill(tree, table);
  tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  tree->header()->setStretchLastSection(false);
  layout->addWidget(tree, 1);
  connect(search, &QLineEdit::textChanged, tree, [tree](const QString& text) { filter(tree, text); });

  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  const int em = fontMetrics().height();
  resize(em * 28, em * 34);
}

}  // namespace learnscope
