// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/run_set_panel.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

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
  view_->setUniformRowHeights(false);
  view_->setEditTriggers(QAbstractItemView::EditKeyPressed);
  view_->setIndentation(10);
  view_->setIconSize({22, 12});
  view_->setContextMenuPolicy(Qt::ActionsContextMenu);
  view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
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
  bar_ = comparisonBar();
  column->addWidget(bar_);

  addAction(QStringLiteral("current"), QStringLiteral("live"), tr("Make current"), {},
            [this](const std::string& id) { model_.makeCurrent(id); });
  addAction(QStringLiteral("branch"), QStringLiteral("branch"), tr("Branch at the cursor\u2026"), {},
            [this](const std::string& id) {
              model_.makeCurrent(id);
              emit branchRequested();
            });
  addAction(QStringLiteral("star"), {}, tr("Star"), Qt::Key_S, [this](const std::string& id) { toggleStar(id); });
  addAction(QStringLiteral("note"), {}, tr("Note\u2026"), Qt::Key_N, [this](const std::string& id) { editNote(id); });
  addAction(QStringLiteral("rename"), {}, tr("Rename"), Qt::Key_F2,
            [this](const std::string& id) { view_->edit(runs_->find(id)); });
  addAction(QStringLiteral("remove"), QStringLiteral("trash"), tr("Remove from the window"), QKeySequence::Delete,
            [this](const std::string& id) { model_.userRemove(id); });
  addAction(QStringLiteral("delete"), {}, tr("Delete the file"), QKeySequence(Qt::SHIFT | Qt::Key_Delete),
            [this](const std::string& id) { emit deleteRequested(id); });

  connect(view_, &QTreeView::activated, this,
          [this](const QModelIndex& index) { model_.makeCurrent(runs_->runId(index)); });
  connect(runs_, &QAbstractItemModel::modelReset, this, &RunSetPanel::showState);
  connect(&model_, &SessionModel::currentRunChanged, this, &RunSetPanel::showState);
  connect(&model_, &SessionModel::comparisonChanged, this, &RunSetPanel::showComparison);
  showState();
}

QWidget* RunSetPanel::comparisonBar() {
  auto* bar = new QWidget(this);
  mode_ = new QComboBox(bar);
  mode_->setObjectName(QStringLiteral("runSetPanel.mode"));
  mode_->setAccessibleName(tr("Compare"));
  mode_->setToolTip(
      tr("How plots show the checked runs: as their page says, all over one another (colour = run, dash = "
         "measure), or as differences from the current run"));
  mode_->addItem(tr("As the page says"));
  mode_->addItem(tr("Overlay runs"));
  mode_->addItem(tr("Differences"));
  align_ = new QComboBox(bar);
  align_->setObjectName(QStringLiteral("runSetPanel.align"));
  align_->setAccessibleName(tr("Align by"));
  align_->setToolTip(tr("What the runs are aligned by: step, wall time, or the step of an event"));
  auto* table = new QToolButton(bar);
  table->setObjectName(QStringLiteral("runSetPanel.table"));
  table->setIcon(symbolicIcon(QStringLiteral("table")));
  table->setToolTip(tr("Table of last values and event steps, with differences"));
  table->setAccessibleName(tr("Compare in a table"));
  table->setAutoRaise(true);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(6, 4, 6, 4);
  row->addWidget(mode_, 3);
  row->addWidget(align_, 2);
  row->addWidget(table);
  for (QComboBox* box : {mode_, align_}) {
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(6);
    connect(box, &QComboBox::activated, this, [this] {
      Comparison wanted;
      wanted.mode = static_cast<Comparison::Mode>(mode_->currentIndex());
      wanted.align = static_cast<Comparison::Align>(std::min(align_->currentIndex(), 2));
      if (wanted.align == Comparison::Align::Event) wanted.event = align_->currentData().toString().toStdString();
      model_.userCompare(wanted);
    });
  }
  connect(table, &QToolButton::clicked, this, &RunSetPanel::compareRequested);
  return bar;
}

void RunSetPanel::showComparison() {
  const Comparison& now = model_.comparison();
  mode_->setCurrentIndex(static_cast<int>(now.mode));
  align_->clear();
  align_->addItem(tr("by step"));
  align_->addItem(tr("by wall time"));
  for (const EventRule& rule : model_.description().events)
    if (!rule.indexed())
      align_->addItem(tr("by %1").arg(QString::fromStdString(rule.title)), QString::fromStdString(rule.id));
  const int event = align_->findData(QString::fromStdString(now.event));
  align_->setCurrentIndex(now.align == Comparison::Align::Event && event >= 0 ? event : static_cast<int>(now.align));
  align_->setEnabled(now.mode != Comparison::Mode::Off);
}

void RunSetPanel::toggleStar(const std::string& runId) {
  const Member* member = model_.session().find(runId);
  if (!member) return;
  RunLabel label = member->run->label();
  label.starred = !label.starred;
  model_.userLabel(runId, label);
}

void RunSetPanel::editNote(const std::string& runId) {
  const Member* member = model_.session().find(runId);
  if (!member) return;
  bool accepted = false;
  const QString note = QInputDialog::getMultiLineText(this, tr("Note"), tr("What this run was for, or what it showed:"),
                                                      QString::fromStdString(member->run->label().note), &accepted);
  RunLabel label = member->run->label();
  label.note = note.trimmed().toStdString();
  if (accepted) model_.userLabel(runId, label);
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
  bar_->setVisible(model_.session().members().size() > 1);
  showComparison();
  view_->expandAll();
  // What all runs share says nothing, and the panel is narrow.
  const auto& members = model_.session().members();
  view_->setColumnHidden(RunSetModel::Seed, std::all_of(members.begin(), members.end(), [&](const auto& member) {
                           return member->run->info().seed == members.front()->run->info().seed;
                         }));
  if (const std::shared_ptr<Run> run = model_.run()) view_->setCurrentIndex(runs_->find(run->info().id));
}

}  // namespace learnscope
