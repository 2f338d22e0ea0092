// SPDX-License-Identifier: GPL-3.0-or-later
// The action table of the main window, and the dialogs behind it.
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QInputDialog>
#include <QMenuBar>
#include <QToolBar>

#include "app/about.h"
#include "app/background.h"
#include "app/log.h"
#include "app/main_window.h"
#include "app/shortcuts_dialog.h"
#include "app/tool_dialog.h"
#include "engine/store/export_data.h"
#include "engine/store/export_script.h"
#include "engine/store/tensorboard.h"
#include "widgets/controls/branch_dialog.h"
#include "widgets/export/figure_actions.h"
#include "widgets/export/pictured_measures.h"
#include "widgets/export/video_studio.h"

namespace learnscope {
namespace {

using Needs = ActionSpec::Needs;

QKeySequence key(const char* text) { return QKeySequence(QLatin1String(text)); }

/// Fluent, so that the table reads as one line an action.
struct Spec : ActionSpec {
  Spec(const char* name, const QString& title, const QList<QKeySequence>& keys, const char* symbol,
       const QString& sentence) {
    id = QLatin1String(name);
    text = title;
    shortcuts = keys;
    icon = QLatin1String(symbol);
    tip = sentence;
  }
  Spec& does(std::function<void()> action) {
    handler = std::move(action);
    return *this;
  }
  Spec& opens(std::function<void(QMenu*)> fill) {
    submenu = std::move(fill);
    return *this;
  }
  Spec& with(Needs what) {
    needs = what;
    return *this;
  }
  Spec& after() {
    separatorBefore = true;
    return *this;
  }
};

/// What a video of a lab begins with: its scenes as they stand, what is selected, its name.
Json videoParts(const LabWorkspace& workspace, SessionModel& model) {
  Json places = Json::array();
  for (ViewPane* pane : workspace.panes()) {
    const auto* scene = pane->hasView() ? qobject_cast<const SceneView*>(pane->view()) : nullptr;
    if (!scene || !scene->isVisible()) continue;
    Json place = scene->camera().toJson();
    place["view"] = scene->spec().id;
    places.push_back(std::move(place));
  }
  const Selection& selection = model.selection();
  return {{"camera.keyframes", std::move(places)},
          {"select.kind", selection.kind.toStdString()},
          {"select.ids", selection.ids},
          {"compare", model.comparison().mode != Comparison::Mode::Off},
          {"theme", Theme::current().dark ? "dark" : "light"},
          {"title.text", model.description().title},
          {"title.detail", model.run()->title()}};
}

QList<ActionSpec> under(const QString& menu, QList<ActionSpec> specs) {
  for (ActionSpec& spec : specs) spec.menu = menu;
  return specs;
}

}  // namespace

QList<ActionSpec> MainWindow::makeSpecs() {
  return under(tr("&File"), fileSpecs()) + under(tr("&Edit"), editSpecs()) + under(tr("&Run"), runSpecs()) +
         under(tr("&View"), viewSpecs()) + under(tr("&Tools"), toolSpecs()) + under(tr("&Help"), helpSpecs());
}

QList<ActionSpec> MainWindow::toolSpecs() {
  QList<ActionSpec> specs{
      Spec("tool.splats.view", tr("Splat &viewer…"), {}, "", tr("Look at a Gaussian-splat file")).does([this] {
        openSplats();
      })};
  for (const std::shared_ptr<const Tool>& tool : registry_.tools()) {
    const ToolDescription description = tool->describe();
    ActionSpec spec;
    spec.id = QStringLiteral("tool.") + QString::fromStdString(description.id).replace(u' ', u'.');
    spec.text = tr("%1…").arg(QString::fromStdString(description.title));
    spec.tip = QString::fromStdString(description.summary);
    spec.handler = [this, tool] { (new ToolDialog(tool, this))->open(); };
    specs.append(spec);
  }
  return specs;
}

QList<ActionSpec> MainWindow::fileSpecs() {
  return {
      Spec("file.open", tr("&Open run…"), {QKeySequence::Open}, "open", tr("Open a run file in its lab")).does([this] {
        askOpenRun();
      }),
      Spec("file.recent", tr("Open &recent"), {}, "", tr("Runs that were opened or trained last"))
          .opens([this](QMenu* m) { fillRecent(m); }),
      Spec("file.saveCopy", tr("Save a &copy of the run as…"), {QKeySequence::Save}, "save",
           tr("Keep the current run's file somewhere else"))
          .does([this] {
            if (const auto run = workspace()->model().run(); run->store())
              askSaveCopy(QString::fromStdString(run->store()->path()));
          })
          .with(Needs::Run)
          .after(),
      Spec("file.exportCsv", tr("Export data as CS&V…"), {key("Ctrl+Shift+E")}, "table",
           tr("All scalar curves of the current run as one table"))
          .does([this] { askExport(QStringLiteral("csv")); })
          .with(Needs::Run),
      Spec("file.exportNpz", tr("Export data as &NPZ…"), {}, "table",
           tr("All curves and arrays of the current run for numpy"))
          .does([this] { askExport(QStringLiteral("npz")); })
          .with(Needs::Run),
      Spec("file.exportJson", tr("Export data as &JSON…"), {}, "table",
           tr("All curves, arrays, events and the journal of the current run"))
          .does([this] { askExport(QStringLiteral("json")); })
          .with(Needs::Run),
      Spec("file.exportTensorBoard", tr("Export for &TensorBoard…"), {}, "table",
           tr("An event file with curves, histograms and pictures of the current run"))
          .does([this] { askExportTensorBoard(); })
          .with(Needs::Run),
      Spec("file.exportScript", tr("Save &journal as script…"), {}, "terminal",
           tr("Everything that was done to the current run, as a script that makes it again bit for bit"))
          .does([this] { askExportScript(); })
          .with(Needs::Run),
      Spec("file.saveFigure", tr("Save &figure…"), {key("Ctrl+E")}, "figure",
           tr("Views as PDF, SVG, PNG or TIFF of a chosen size and style, beginning with the view in use"))
          .does([this] {
            if (ViewPane* pane = workspace()->activePane(); pane && pane->view()) openFigureStudio(*pane->view());
          })
          .with(Needs::Lab),
      Spec("file.saveVideo", tr("Save v&ideo…"), {key("Ctrl+Shift+M")}, "film",
           tr("Make a film of the current run: views, speed, camera, captions"))
          .does([this] {
            (new VideoStudio(workspace()->model(), videoParts(*workspace(), workspace()->model()),
                             QCoreApplication::applicationFilePath(), workspace()))
                ->show();
          })
          .with(Needs::Run),
      Spec("file.commandLine", tr("Copy command &line"), {key("Ctrl+Shift+C")}, "terminal",
           tr("The command that makes this run without a window"))
          .does([this] {
            QGuiApplication::clipboard()->setText(workspace()->model().commandLine());
            tell(MessageBar::Kind::Note, tr("Copied: %1").arg(workspace()->model().commandLine()));
          })
          .with(Needs::Lab)
          .after(),
      Spec("file.closeLab", tr("Close &lab"), {QKeySequence::Close}, "", tr("Keep the runs and leave the lab"))
          .does([this] { closeLab(workspace()); })
          .with(Needs::Lab)
          .after(),
      Spec("file.quit", tr("&Quit"), {key("Ctrl+Q")}, "", tr("Keep everything and leave")).does([this] { close(); }),
  };
}

QList<ActionSpec> MainWindow::editSpecs() {
  // Each works on the view in use.
  const auto onView = [this](void (*act)(View&)) {
    return [this, act] {
      if (ViewPane* pane = workspace()->activePane(); pane && pane->view()) act(*pane->view());
    };
  };
  return {
      Spec("edit.undo", tr("&Undo"), {QKeySequence::Undo}, "undo", tr("Take the last thing back"))
          .does([this] { undo_.undo(); })
          .with(Needs::Lab),
      Spec("edit.redo", tr("&Redo"), {key("Ctrl+Shift+Z"), key("Ctrl+Y")}, "redo", tr("Do it again"))
          .does([this] { undo_.redo(); })
          .with(Needs::Lab),
      Spec("edit.copyImage", tr("Copy &image of the view"), {key("Ctrl+Alt+C")}, "copy",
           tr("The view in use as an image"))
          .does(onView([](View& view) { QGuiApplication::clipboard()->setPixmap(view.grab()); }))
          .with(Needs::Lab)
          .after(),
      Spec("edit.copyData", tr("Copy &data of the view"), {key("Ctrl+Alt+D")}, "table",
           tr("What the view in use shows, as a table for spreadsheets"))
          .does(onView([](View& view) { copyData(view); }))
          .with(Needs::Lab),
      Spec("edit.defaults", tr("Reset all &parameters"), {}, "reset", tr("Every parameter back to the lab's default"))
          .does([this] { workspace()->model().userReset({}); })
          .with(Needs::Lab)
          .after(),
  };
}

QList<ActionSpec> MainWindow::runSpecs() {
  const auto model = [this]() -> SessionModel& { return workspace()->model(); };
  return {
      Spec("run.play", tr("&Play"), {key("Space")}, "play",
           tr("Train, or pause; without a run, start one with these parameters"))
          .does([model] { model().playing() ? model().pause() : model().play(); })
          .with(Needs::Lab),
      Spec("run.step", tr("&Step"), {key(".")}, "step", tr("Train one step"))
          .does([model] { model().step(); })
          .with(Needs::Lab),
      Spec("run.first", tr("Go to the &first step"), {key("Ctrl+Home")}, "start",
           tr("Move the cursor to the beginning"))
          .does([model] { model().userCursor(model().run()->info().forkStep); })
          .with(Needs::Run)
          .after(),
      Spec("run.follow", tr("&Follow the newest step"), {key("Ctrl+End")}, "live",
           tr("Views show training as it goes on"))
          .does([model] { model().follow(); })
          .with(Needs::Run),
      Spec("run.replay", tr("Play &back"), {key("P")}, "replay",
           tr("Move the cursor through what was recorded; drag with Shift over the timeline to loop a range"))
          .does([this] { workspace()->replay(); })
          .with(Needs::Run),
      Spec("run.restart", tr("&Restart"), {key("Ctrl+R")}, "restart",
           tr("A new run with these parameters and the same seed"))
          .does([model] { model().restart(); })
          .with(Needs::Lab)
          .after(),
      Spec("run.reseed", tr("Restart with the &next seed"), {key("Ctrl+Shift+R")}, "dice",
           tr("The same, with another draw of everything random"))
          .does([model] { model().startRun(model().nextSeed() + 1, model().nextSteps()); })
          .with(Needs::Lab),
      Spec("run.branch", tr("&Branch here…"), {key("Ctrl+B")}, "branch",
           tr("Another future from the step at the cursor, with something changed"))
          .does([this] { askBranch(); })
          .with(Needs::Run),
      Spec("run.compare", tr("&Compare runs"), {key("Ctrl+K")}, "table",
           tr("Last values and event steps of the shown runs, with differences"))
          .does([this] { workspace()->compare(); })
          .with(Needs::Run),
      Spec("run.presets", tr("Pre&sets"), {}, "preset", tr("Ready-made runs of this lab"))
          .opens([this](QMenu* m) { fillPresets(m); })
          .with(Needs::Lab)
          .after(),
  };
}

QList<ActionSpec> MainWindow::viewSpecs() {
  QList<ActionSpec> specs{
      Spec("view.gallery", tr("&Labs"), {key("Alt+Home"), key("Ctrl+G")}, "gallery",
           tr("The start page: labs and recent runs; training goes on"))
          .does([this] { showGallery(); }),
      Spec("view.search", tr("&Search labs and runs"), {QKeySequence::Find}, "search", tr("Find a lab or a run"))
          .does([this] {
            showGallery();
            gallery_->focusSearch();
          }),
      Spec("view.views", tr("&Views"), {}, "dock", tr("Open and close views and panels"))
          .opens([this](QMenu* m) { workspace()->fillViewsMenu(m); })
          .with(Needs::Lab)
          .after(),
      Spec("view.layouts", tr("La&youts"), {}, "", tr("Arrangements that you saved"))
          .opens([this](QMenu* m) { workspace()->fillLayoutsMenu(m); })
          .with(Needs::Lab),
      Spec("view.resetLayout", tr("&Reset layout"), {key("Ctrl+Shift+0")}, "reset",
           tr("Arrange views and panels as the lab's page says"))
          .does([this] { workspace()->resetLayout(); })
          .with(Needs::Lab),
      Spec("view.present", tr("&Present"), {key("F11")}, "present", tr("Views only, on the full screen"))
          .does([this] { setPresenting(!workspace()->presenting()); })
          .with(Needs::Lab)
          .after(),
      Spec("view.leavePresent", tr("Leave the presentation"), {key("Esc")}, "", tr("Back to the window"))
          .does([this] { setPresenting(false); })
          .with(Needs::Lab),
      Spec("view.theme", tr("&Theme"), {}, "theme", tr("Light or dark"))
          .opens([this](QMenu* m) { fillThemes(m); })
          .after(),
  };
  for (int number = 1; number <= 9; ++number) {
    const QByteArray id = "view.raise" + QByteArray::number(number), keys = "Ctrl+" + QByteArray::number(number);
    specs << Spec(id.constData(), tr("Go to view %1").arg(number), {key(keys.constData())}, "",
                  tr("Bring the view to the front"))
                 .does([this, number] {
                   const QList<ViewPane*> panes = workspace()->panes();
                   if (number <= panes.size())
                     workspace()->raiseView(QString::fromStdString(panes[number - 1]->spec().id));
                 })
                 .with(Needs::Lab);
  }
  return specs;
}

QList<ActionSpec> MainWindow::helpSpecs() {
  return {
      Spec("help.shortcuts", tr("&Keyboard shortcuts"), {key("F1"), key("?")}, "keyboard",
           tr("Every shortcut, with a search field"))
          .does([this] { ShortcutsDialog(*actions_, this).exec(); }),
      Spec("help.log", tr("&Log"), {key("Ctrl+Shift+L")}, "log",
           tr("The last lines of the log, and how busy the window was"))
          .does([this] { showLog(); }),
      Spec("help.about", tr("&About Learnscope"), {}, "info", tr("Versions, renderer, licence"))
          .does([this] { AboutDialog(this).exec(); })
          .after(),
  };
}

void MainWindow::askOpenRun() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open run"), settings_.runsFolder(), tr("Runs (*.lscope)"));
  if (!path.isEmpty()) openRun(path, false);
}

void MainWindow::askSaveCopy(const QString& path) {
  const QString target = QFileDialog::getSaveFileName(this, tr("Save a copy of the run"), QFileInfo(path).fileName(),
                                                      tr("Runs (*.lscope)"));
  if (target.isEmpty()) return;
  std::shared_ptr<Run> open;
  if (workspace() && workspace()->openFiles().contains(path)) {
    workspace()->model().pause();
    for (const auto& member : workspace()->model().session().members())
      if (member->run->store() && member->run->store()->path() == path.toStdString()) open = member->run;
  }
  inBackground(
      this,
      [open, path, target]() -> QString {
        try {
          // One plain file holds everything only once the store has folded its log in.
          if (open) open->store()->close();
          RecentRuns::copyRun(path, target);
        } catch (const Error& error) {
          return QString::fromUtf8(error.what());
        }
        return {};
      },
      [this, target](const QString& error) {
        if (error.isEmpty())
          tell(MessageBar::Kind::Note, tr("Saved %1").arg(target));
        else
          tell(MessageBar::Kind::Problem, tr("The copy was not saved: %1").arg(error));
      });
}

void MainWindow::askExport(const QString& suffix) {
  const std::shared_ptr<Run> run = workspace()->model().run();
  const QString base = QStringLiteral("%1-%2.%3").arg(workspace()->labId(), QString::number(run->info().seed), suffix);
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export data"), base, tr("%1 file (*.%2)").arg(suffix.toUpper(), suffix));
  if (path.isEmpty()) return;
  exportInBackground(path, [run, suffix, file = path.toStdString()] {
    if (suffix == QLatin1String("csv")) return exportCsv(*run, {}, file, true);
    suffix == QLatin1String("npz") ? exportNpz(*run, {}, file) : exportJson(*run, {}, file);
  });
}

void MainWindow::askExportTensorBoard() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of TensorBoard's runs"));
  if (folder.isEmpty()) return;
  const std::shared_ptr<Run> run = workspace()->model().run();
  const std::string file = tensorBoardFile(*run, folder.toStdString());
  exportInBackground(QString::fromStdString(file),
                     [run, folder, pictures = picturedMeasures(workspace()->model().page())] {
                       exportTensorBoard(*run, {}, pictures, folder.toStdString());
                     });
}

void MainWindow::exportInBackground(const QString& target, std::function<void()> work) {
  tell(MessageBar::Kind::Note, tr("Exporting…"));
  inBackground(
      this,
      [work = std::move(work)]() -> QString {
        try {
          work();
        } catch (const Error& error) {
          return QString::fromUtf8(error.what());
        }
        return {};
      },
      [this, target](const QString& error) {
        if (error.isEmpty())
          tell(MessageBar::Kind::Note, tr("Saved %1").arg(target));
        else
          tell(MessageBar::Kind::Problem, tr("The data was not exported: %1").arg(error));
      });
}

void MainWindow::fillRecent(QMenu* menu) {
  constexpr std::size_t limit = 12;
  std::size_t count = 0;
  for (const RunFileEntry& entry : recent_.entries()) {
    if (!entry.error.empty() || count++ >= limit) continue;
    const QString path = QString::fromStdString(entry.path);
    const QString title = entry.info.label.title.empty() ? QFileInfo(path).completeBaseName()
                                                         : QString::fromStdString(entry.info.label.title);
    menu->addAction(tr("%1 · %2").arg(recent_.labTitle(entry.info.lab), title), this,
                    [this, path] { openRun(path, false); });
  }
  if (count == 0) menu->addAction(tr("No runs yet"))->setEnabled(false);
}

void MainWindow::fillPresets(QMenu* menu) {
  SessionModel& model = workspace()->model();
  menu->setToolTipsVisible(true);
  for (const Preset& preset : model.page().presets) {
    QAction* action = menu->addAction(preset.title, this, [&model, &preset] { model.startPreset(preset); });
    action->setToolTip(preset.doc);
    action->setStatusTip(preset.doc);
  }
  if (model.page().presets.empty()) {
    menu->addAction(tr("This lab has no presets"))->setEnabled(false);
    return;
  }
  menu->addSeparator();
  QMenu* values = menu->addMenu(tr("Take values only"));
  for (const Preset& preset : model.page().presets)
    values->addAction(preset.title, this, [&model, &preset] { model.usePreset(preset); });
}

void MainWindow::fillThemes(QMenu* menu) {
  const std::initializer_list<std::pair<DesktopTheme::Choice, QString>> choices{
      {DesktopTheme::Choice::System, tr("As the desktop")},
      {DesktopTheme::Choice::Light, tr("Light")},
      {DesktopTheme::Choice::Dark, tr("Dark")}};
  auto* group = new QActionGroup(menu);
  for (const auto& [choice, title] : choices) {
    QAction* action = menu->addAction(title);
    action->setCheckable(true);
    action->setChecked(theme_.choice() == choice);
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, chosen = choice] {
      theme_.setChoice(chosen);
      settings_.setValue(QStringLiteral("theme"), DesktopTheme::name(chosen));
    });
  }
}

void MainWindow::askBranch() {
  if (workspace() && workspace()->model().run()) BranchDialog(workspace()->model(), this).exec();
}

void MainWindow::askExportScript() {
  SessionModel& model = workspace()->model();
  const std::shared_ptr<Run> run = model.run();
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save journal as a script"),
                                   QStringLiteral("%1-journal.json").arg(workspace()->labId()), tr("Scripts (*.json)"));
  if (path.isEmpty()) return;
  inBackground(
      this,
      [run, path, &registry = registry_]() -> QString {
        try {
          saveScript(registry, run, path.toStdString());
        } catch (const Error& error) {
          return QString::fromUtf8(error.what());
        }
        return {};
      },
      [this, path](const QString& error) {
        if (error.isEmpty())
          tell(MessageBar::Kind::Note, tr("Saved. It makes the run again: learnscope run --script %1").arg(path));
        else
          tell(MessageBar::Kind::Problem, tr("The script was not saved: %1").arg(error));
      });
}

void MainWindow::setPresenting(bool on) {
  LabWorkspace* front = workspace();
  if (!front || front->presenting() == on) return;
  front->setPresenting(on);
  menuBar()->setVisible(!on);
  toolBar_->setVisible(!on);
  if (on) {
    beforePresenting_ = windowState();
    setWindowState(windowState() | Qt::WindowFullScreen);
  } else {
    setWindowState(beforePresenting_);
  }
  updateActions();
}

void MainWindow::showLog() {
  if (!log_)
    log_ = new LogWindow(
        settings_.logFile(), [this] { return busyText(); }, this);
  log_->show();
  log_->raise();
  log_->activateWindow();
}

QString MainWindow::busyText() const {
  const LabWorkspace* front = workspace();
  if (!front) return {};
  const BusyTimes busy = workspaces_.value(front->labId())->model().busyTimes();
  return tr("Window busy, last 60 s: 99 % of the times under %1 ms, longest %2 ms, %3 times")
      .arg(busy.p99, 0, 'f', 1)
      .arg(busy.longest, 0, 'f', 1)
      .arg(busy.samples);
}

}  // namespace learnscope
