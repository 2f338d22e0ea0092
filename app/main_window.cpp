// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>
#include <QScreen>
#include <QToolBar>
#include <QUrl>

#include "app/background.h"
#include "app/log.h"
#include "app/splat_window.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

const QString runSuffix = QStringLiteral(".lscope");

QString droppedFile(const QMimeData* data) {
  for (const QUrl& url : data->urls()) {
    const QString file = url.isLocalFile() ? url.toLocalFile() : QString();
    if (file.endsWith(runSuffix, Qt::CaseInsensitive) || isSplatFile(file) || isFigureFile(file)) return file;
  }
  return {};
}

/// What opening a file in the background gave.
struct OpenedRun {
  std::shared_ptr<Run> run;
  QString error;
  bool readOnly = false;
};

OpenedRun readRun(const QString& path, const Registry& registry, bool resume) {
  OpenedRun result;
  const std::string file = path.toStdString();
  try {
    if (!resume) {
      result.run = openRunFile(file, registry, OpenMode::Read);
      return result;
    }
    try {
      result.run = openRunFile(file, registry, OpenMode::Append);
    } catch (const IoError&) {
      // Someone else has it open: it can still be looked at.
      result.run = openRunFile(file, registry, OpenMode::Read);
      result.readOnly = true;
    }
  } catch (const std::exception& error) {
    result.error = QString::fromUtf8(error.what());
  }
  return result;
}

}  // namespace

MainWindow::MainWindow(const Registry& registry, Settings& settings, DesktopTheme& theme, QWidget* parent)
    : QMainWindow(parent),
      registry_(registry),
      settings_(settings),
      theme_(theme),
      factory_(settings.runsFolder().toStdString()),
      recent_(registry, settings) {
  setObjectName(QStringLiteral("mainWindow"));
  setAcceptDrops(true);
  setContextMenuPolicy(Qt::NoContextMenu);
  gallery_ = new Gallery(registry, recent_, settings.thumbnailsFolder(), this);
  stack_ = new QStackedWidget(this);
  stack_->addWidget(gallery_);
  setCentralWidget(stack_);
  actions_ = new ActionTable(this, makeSpecs());
  makeMenus();
  makeToolBar();
  connect(stack_, &QStackedWidget::currentChanged, this, &MainWindow::onFrontChanged);
  connect(gallery_, &Gallery::labRequested, this, &MainWindow::openLab);
  connect(gallery_, &Gallery::lessonRequested, this, [this](const Lesson& lesson) {
    if (LabWorkspace* opened = openLab(QString::fromStdString(lesson.lab))) opened->playLesson(lesson);
  });
  connect(gallery_, &Gallery::runRequested, this, &MainWindow::openRun);
  connect(gallery_, &Gallery::copyRequested, this, &MainWindow::askSaveCopy);
  qApp->installEventFilter(this);

  const int em = fontMetrics().height();
  // A small screen gets a window that fits it.
  const QSize room = screen()->availableSize() - QSize(em, 3 * em);
  resize((room * 0.9).expandedTo({em * 86, em * 54}).boundedTo(room));
  restoreGeometry(settings_.value(QStringLiteral("window/geometry")).toByteArray());
  onFrontChanged();
  recent_.refresh();
}

MainWindow::~MainWindow() {
  qApp->removeEventFilter(this);
  for (LabWorkspace* workspace : workspaces_) delete workspace;
}

LabWorkspace* MainWindow::workspace() const { return qobject_cast<LabWorkspace*>(stack_->currentWidget()); }

LabWorkspace* MainWindow::openLab(const QString& lab) {
  if (LabWorkspace* open = workspaces_.value(lab)) {
    stack_->setCurrentWidget(open);
    return open;
  }
  try {
    auto* opened = new LabWorkspace(registry_.require(lab.toStdString()), factory_, scheduler_, settings_, stack_);
    workspaces_.insert(lab, opened);
    undo_.addStack(&opened->model().undoStack());
    connect(&opened->model(), &SessionModel::currentRunChanged, this, &MainWindow::updateActions);
    connect(&opened->model(), &SessionModel::statusChanged, this, &MainWindow::updateActions);
    connect(&opened->model(), &SessionModel::runSetChanged, this, &MainWindow::updateOpenFiles);
    connect(opened, &LabWorkspace::deleteRequested, this,
            [this, opened](const std::string& id) { deleteRun(*opened, id); });
    connect(opened, &LabWorkspace::branchRequested, this, &MainWindow::askBranch);
    connect(opened, &LabWorkspace::thumbnailSaved, gallery_, &Gallery::reloadThumbnails);
    connect(opened, &LabWorkspace::perspectiveRequested, this,
            [this](const QString& name) { setPresenting(name == QLatin1String("present")); });
    stack_->addWidget(opened);
    stack_->setCurrentWidget(opened);
    updateOpenFiles();
    logInfo("ui", QStringLiteral("lab %1 opened").arg(lab));
    return opened;
  } catch (const Error& error) {
    tell(MessageBar::Kind::Problem, QString::fromUtf8(error.what()));
    return nullptr;
  }
}

void MainWindow::openRun(const QString& path, bool resume) {
  const QString file = QFileInfo(path).absoluteFilePath();
  tell(MessageBar::Kind::Note, tr("Opening %1…").arg(QFileInfo(file).fileName()));
  inBackground(
      this, [file, resume, &registry = registry_] { return readRun(file, registry, resume); },
      [this, file, resume](OpenedRun opened) {
        LabWorkspace* target = nullptr;
        if (!opened.run) {
          tell(MessageBar::Kind::Problem, opened.error);
        } else if (!registry_.find(opened.run->info().lab)) {
          tell(MessageBar::Kind::Problem,
               tr("%1 holds a run of the lab “%2”, which this version does not have. Its data can be exported: "
                  "learnscope export.")
                   .arg(QFileInfo(file).fileName(), QString::fromStdString(opened.run->info().lab)));
        } else if ((target = openLab(QString::fromStdString(opened.run->info().lab)))) {
          target->messages().hide();
          target->adopt(opened.run, resume && !opened.readOnly);
          if (opened.readOnly)
            tell(MessageBar::Kind::Note,
                 tr("The file is open in another program: it can be looked at, not trained on."));
          settings_.addRecentFile(file);
          updateOpenFiles();
        }
        if (!target) logWarning("store", QStringLiteral("not opened: %1 %2").arg(file, opened.error));
        if (gallery_->messages()->text().startsWith(tr("Opening"))) gallery_->messages()->hide();
        emit runOpened(file, target != nullptr);
      });
}

void MainWindow::open(const QString& labOrFile) {
  if (labOrFile.isEmpty()) return;
  if (registry_.find(labOrFile.toStdString()))
    openLab(labOrFile);
  else if (isSplatFile(labOrFile))
    openSplats(labOrFile);
  else if (isFigureFile(labOrFile))
    openFigure(labOrFile);
  else
    openRun(labOrFile, false);
}

void MainWindow::openSplats(const QString& path) {
  // One thread: the others train.
  auto* window = new SplatWindow(1, this);
  window->setWindowFlag(Qt::Window);
  window->setAttribute(Qt::WA_DeleteOnClose);
  window->show();
  if (!path.isEmpty()) window->open(path);
}

void MainWindow::showGallery() {
  stack_->setCurrentWidget(gallery_);
  recent_.refresh();
}

void MainWindow::closeLab(LabWorkspace* workspace) {
  if (!workspace) return;
  stack_->removeWidget(workspace);
  workspaces_.remove(workspace->labId());
  undo_.removeStack(&workspace->model().undoStack());
  delete workspace;
  updateOpenFiles();
  showGallery();
}

void MainWindow::tell(MessageBar::Kind kind, const QString& text) {
  (workspace() ? &workspace()->messages() : gallery_->messages())->show(kind, text);
}

/// Into the trash folder, and out of it again when undone.
void MainWindow::deleteRun(LabWorkspace& from, const std::string& runId) {
  const Member* member = from.model().session().find(runId);
  if (!member || !member->run->store()) return;
  const QString path = QString::fromStdString(member->run->store()->path());
  const auto trashed = std::make_shared<QString>();
  from.model().userDelete(
      runId,
      [this, path, trashed, folder = settings_.trashFolder()] {
        *trashed = RecentRuns::moveInto(folder, path);
        QMetaObject::invokeMethod(&recent_, &RecentRuns::refresh);
      },
      [this, path, trashed] {
        if (!trashed->isEmpty()) recent_.restoreFromTrash(*trashed, path);
      });
}

void MainWindow::updateOpenFiles() {
  QSet<QString> files, labs;
  for (const LabWorkspace* each : workspaces_) {
    labs.insert(each->labId());
    for (const QString& file : each->openFiles()) files.insert(file);
  }
  recent_.setOpenFiles(files);
  gallery_->setOpenLabs(labs);
}

void MainWindow::makeMenus() {
  for (QMenu* menu : actions_->menus()) menuBar()->addMenu(menu);
}

void MainWindow::makeToolBar() {
  toolBar_ = addToolBar(tr("Tools"));
  toolBar_->setObjectName(QStringLiteral("tools"));
  toolBar_->setMovable(false);
  toolBar_->setIconSize({18, 18});
  toolBar_->toggleViewAction()->setEnabled(false);
  const auto add = [this](const char* id, bool withText = false) {
    QAction* action = actions_->action(QLatin1String(id));
    toolBar_->addAction(action);
    auto* button = qobject_cast<QToolButton*>(toolBar_->widgetForAction(action));
    button->setFocusPolicy(Qt::TabFocus);
    button->setAccessibleName(action->text().remove(QLatin1Char('&')));
    if (withText) button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    if (action->menu()) button->setPopupMode(QToolButton::InstantPopup);
  };
  add("view.gallery", true);
  heading_ = new QLabel(toolBar_);
  heading_->setObjectName(QStringLiteral("labHeading"));
  toolBar_->addWidget(heading_);
  toolBar_->addSeparator();
  add("run.presets", true);
  add("run.restart");
  add("run.reseed");
  add("run.branch");
  toolBar_->addSeparator();
  add("edit.undo");
  add("edit.redo");
  auto* spacer = new QWidget(toolBar_);
  spacer->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  toolBar_->addWidget(spacer);
  add("file.saveFigure");
  add("view.views", true);
  add("view.present");
}

void MainWindow::onFrontChanged() {
  LabWorkspace* front = workspace();
  toolBar_->setVisible(front != nullptr && !front->presenting());
  undo_.setActiveStack(front ? &front->model().undoStack() : nullptr);
  heading_->setText(front ? front->title() : QString());
  setWindowTitle(front ? tr("%1 — Learnscope").arg(front->title()) : tr("Learnscope"));
  if (front) front->setFocus();
  updateActions();
}

void MainWindow::updateActions() {
  const LabWorkspace* front = workspace();
  const bool run = front && workspaces_.value(front->labId())->model().run();
  actions_->setContext(front != nullptr, run);
  const QUndoStack* stack = undo_.activeStack();
  actions_->action(QStringLiteral("edit.undo"))->setEnabled(stack && stack->canUndo());
  actions_->action(QStringLiteral("edit.redo"))->setEnabled(stack && stack->canRedo());
  const bool playing = run && workspaces_.value(front->labId())->model().playing();
  QAction* play = actions_->action(QStringLiteral("run.play"));
  play->setText(playing ? tr("&Pause") : tr("&Play"));
  actions_->action(QStringLiteral("view.leavePresent"))->setEnabled(front && front->presenting());
}

void MainWindow::closeEvent(QCloseEvent* event) {
  settings_.setValue(QStringLiteral("window/geometry"), saveGeometry());
  // The window is gone at once; writing the last checkpoints may take a moment longer.
  hide();
  const QList<LabWorkspace*> open = workspaces_.values();
  workspaces_.clear();
  for (LabWorkspace* each : open) {
    undo_.removeStack(&each->model().undoStack());
    stack_->removeWidget(each);
    delete each;
  }
  if (log_) log_->close();
  settings_.sync();
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!droppedFile(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QString path = droppedFile(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  open(path);
}

// Space plays, except where the keyboard walked to a control that needs it: a button reached by Tab is pressed by
// Space.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn) {
    const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
    keyboardFocus_ = reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason;
  } else if (event->type() == QEvent::ShortcutOverride && keyboardFocus_ &&
             static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
    if (qobject_cast<QAbstractButton*>(watched) || qobject_cast<QComboBox*>(watched) ||
        qobject_cast<QAbstractItemView*>(watched)) {
      event->accept();
      return true;
    }
  }
  return QMainWindow::eventFilter(watched, event);
}

}  // namespace learnscope
