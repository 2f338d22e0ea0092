// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/run_set_panel.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QTreeView>
#include <QVBoxLayout>

#include "widgets/controls/run_set_model.h"
#include "widgets/model/icons.h"

namespace learnscope {

RunSetPanel::RunSetPanel(SessionModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      runs_(new RunSetModel(model, this)),
      view_(new QTreeView(this)),
      empty_(new QLabel(this)) {
  setObjectName(QStringLiteral("runSetPanel"));
  setAccessibleName(tr("Runs"));
  view_->setObjectName(QStringLiteral("runSetPanel.view"));
  view_->setAccessibleName(tr("Runs"));
  view_->setModel(runs_);
  view_->setFrameShape(QFrame::NoFrame);
  view_->setUniformRowHeights(true);
  view_->setEditTriggers(QAbstractItemView::EditKeyPressed);
  view_->setIndentation(14);
  view_->setIconSize({22, 12});
  view_->setContextMenuPolicy(Qt::ActionsContextMenu);
  view_->header()->setStretchLastSection(false);
  view_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  view_->header()->setSectionResizeMode(RunSetModel::Title, QHeaderView::Stretch);
  empty_->setText(tr("No run yet. Press play to train one."));
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setWordWrap(true);
  empty_->setForegroundRole(QPalette::PlaceholderText);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(view_, 1);
  column->addWidget(empty_, 1);

  addAction(QStringLiteral("current"), QStringLiteral("live"), tr("Make current"), {},
            [this](const std::string& id) { model_.makeCurrent(id); });
  addAction(QStringLiteral("branch"), QStringLiteral("branch"), tr("Branch at the cursor"), {},
            [this](const std::string& id) {
              model_.makeCurrent(id);
              model_.branchAt(model_.cursor(), Json::object());
            });
  addAction(QStringLiteral("rename"), {}, tr("Rename"), Qt::Key_F2,
            [this](const std::string& id) { view_->edit(runs_->find(id)); });
  addAction(QStringLiteral("remove"), QStringLiteral("trash"), tr("Remove from the window"), QKeySequence::Delete,
            [this](const std::string& id) { model_.userRemove(id); });

  connect(view_, &QTreeView::activated, this,
          [this](const QModelIndex& index) { model_.makeCurrent(runs_->runId(index)); });
  connect(runs_, &QAbstractItemModel::modelReset, this, &RunSetPanel::showState);
  connect(&model_, &SessionModel::currentRunChanged, this, &RunSetPanel::showState);
  showState();
}

void RunSetPanel::addAction(const QString& name, const QString& icon, const QString& title, const QKeySequence& key,
                            const std::function<void(const std::string&)>& action) {
  auto* made = new QAction(title, view_);
  made->setObjectName(QStringLiteral("runSetPanel.") + name);
  if (!icon.isEmpty()) made->setIcon(symbolicIcon(icon));
  made->setShortcut(key);
  made->setShortcutContext(Qt::WidgetShortcut);
  view_->addAction(made);
  connect(made, &QAction::triggered, this, [this, action] {
    if (view_->currentIndex().isValid()) action(runs_->runId(view_->currentIndex()));
  });
}

void RunSetPanel::showState() {
  const bool any = runs_->rowCount() > 0;
  view_->setVisible(any);
  empty_->setVisible(!any);
  view_->expandAll();
  if (const std::shared_ptr<Run> run = model_.run()) view_->setCurrentIndex(runs_->find(run->info().id));
}

}  // namespace learnscope
