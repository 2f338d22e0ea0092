// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMainWindow>
#include <QStackedWidget>
#include <QUndoGroup>

#include "app/actions.h"
#include "app/desktop_theme.h"
#include "app/gallery.h"
#include "app/lab_workspace.h"
#include "app/log_window.h"
#include "app/recent_runs.h"
#include "app/settings.h"
#include "engine/core/scheduler.h"
#include "engine/store/run_file.h"

namespace learnscope {

/// The one window: the gallery, and the labs that are open. Menus, tool bar and shortcuts come from the action table;
/// what they do is the workspace's or the session's.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  MainWindow(const Registry& registry, Settings& settings, DesktopTheme& theme, QWidget* parent = nullptr);
  ~MainWindow() override;

  const ActionTable& actions() const { return *actions_; }
  Gallery& gallery() { return *gallery_; }
  RecentRuns& recentRuns() { return recent_; }
  /// The lab in front, or null on the start page.
  LabWorkspace* workspace() const;

  /// Opens a lab, or brings it to the front; says what is wrong with its page when it cannot. Null then.
  LabWorkspace* openLab(const QString& lab);
  /// Reads a run file in the background and shows it in its lab; with `resume` it trains on.
  void openRun(const QString& path, bool resume);
  /// Shows what a figure that was saved here was made from: its run, found by its id among the open ones, the recent
  /// ones and the runs folder, at its step, with its layout, cameras and zooms. Offers to train the run again if it is
  /// gone.
  void openFigure(const QString& path);
  /// A lab's id, a run file, a splat file or a figure, as on the command line.
  void open(const QString& labOrFile);
  /// The splat viewer in a window of its own, empty without a file.
  void openSplats(const QString& path = {});
  void showGallery();
  void closeLab(LabWorkspace* workspace);

 signals:
  /// A run file asked for with openRun() has been opened, or refused.
  void runOpened(const QString& path, bool done);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QList<ActionSpec> makeSpecs();
  QList<ActionSpec> fileSpecs();
  QList<ActionSpec> editSpecs();
  QList<ActionSpec> runSpecs();
  QList<ActionSpec> viewSpecs();
  QList<ActionSpec> toolSpecs();
  QList<ActionSpec> helpSpecs();
  void makeMenus();
  void makeToolBar();
  void onFrontChanged();
  void updateActions();
  void tell(MessageBar::Kind kind, const QString& text);
  void updateOpenFiles();
  void deleteRun(LabWorkspace& from, const std::string& runId);

  void askOpenRun();
  void askSaveCopy(const QString& path);
  void askExport(const QString& suffix);
  void askExportTensorBoard();
  void exportInBackground(const QString& target, std::function<void()> work);
  void showFigureRun(const FigureState& state, const QString& file);
  void offerRetraining(const FigureState& state);
  void askExportScript();
  void fillRecent(QMenu* menu);
  void fillPresets(QMenu* menu);
  void fillThemes(QMenu* menu);
  void askBranch();
  void setPresenting(bool on);
  void showLog();
  QString busyText() const;

  const Registry& registry_;
  Settings& settings_;
  DesktopTheme& theme_;
  Scheduler scheduler_;
  FolderRunFactory factory_;
  RecentRuns recent_;
  QUndoGroup undo_;
  ActionTable* actions_ = nullptr;
  QStackedWidget* stack_;
  Gallery* gallery_;
  QToolBar* toolBar_ = nullptr;
  QLabel* heading_ = nullptr;
  LogWindow* log_ = nullptr;
  QHash<QString, LabWorkspace*> workspaces_;
  bool keyboardFocus_ = false;
  Qt::WindowStates beforePresenting_;
};

}  // namespace learnscope
