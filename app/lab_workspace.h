// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QMenu>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QWidget>
#include <memory>

#include "app/message_bar.h"
#include "app/settings.h"
#include "app/view_pane.h"
#include "widgets/controls/lesson_player.h"
#include "widgets/controls/play_in_past_dialog.h"
#include "widgets/controls/timeline.h"
#include "widgets/export/figure_host.h"
#include "widgets/export/figure_state.h"
#include "widgets/model/session_model.h"

namespace learnscope {

/// One open lab: panels on the left, its views in the centre and on the right, timeline and status below. It composes
/// what the lab's page lists and knows no lab by name.
class LabWorkspace : public QWidget, public FigureHost {
  Q_OBJECT
 public:
  /// Throws ConfigError when the lab's page is wrong.
  LabWorkspace(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler, Settings& settings,
               QWidget* parent = nullptr);
  /// Remembers the layout; the session then checkpoints and closes its runs.
  ~LabWorkspace() override;

  const QString& labId() const { return labId_; }
  const QString& title() const { return title_; }
  SessionModel& model() { return *model_; }
  MessageBar& messages() { return *messages_; }

  /// Adds a run from a file and makes it current; with `resume` it trains on.
  void adopt(std::shared_ptr<Run> run, bool resume);
  /// Plays back what was recorded, or stops that.
  void replay() { timeline_->replay(); }
  void compare();
  /// Files of the runs that are open here.
  QStringList openFiles() const;

  /// In the order of the page; those whose `when` does not hold are left out.
  QList<ViewPane*> panes() const;
  ViewPane* pane(const QString& view) const;
  bool isOpen(const QString& view) const;
  void setOpen(const QString& view, bool open);
  /// Brings a view to the front and gives it the keyboard.
  void raiseView(const QString& view);
  /// The view that has the keyboard or was used last, else the one in front.
  ViewPane* activePane() const;

  /// Walks through a lesson of this lab, above the views.
  void playLesson(Lesson lesson) { lesson_->start(std::move(lesson)); }
  LessonPlayer& lessonPlayer() { return *lesson_; }

  void fillViewsMenu(QMenu* menu);
  void fillLayoutsMenu(QMenu* menu);
  void resetLayout();
  QVariantMap layoutState() const;
  bool restoreLayout(const QVariantMap& state);

  std::vector<std::pair<QString, QString>> figureViews() const override;
  View* figureView(const QString& id) override;
  Json figureLayout() const override;
  QString stylesFolder() const override { return settings_.stylesFolder(); }
  /// Shows what a figure was made from: its layout, its step, its cameras and zooms.
  void showFigure(const FigureState& state);

  /// Views only (a presentation), or everything.
  void setPresenting(bool on);
  bool presenting() const { return presenting_; }

 signals:
  /// A command asks for "research" or "present".
  void perspectiveRequested(const QString& name);
  /// The file of a run is to be deleted.
  void deleteRequested(const std::string& runId);
  void branchRequested();
  /// A new picture of a finished run was kept for the gallery.
  void thumbnailSaved();

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  void makePanels();
  void makeViews();
  PaneDock* addPanel(const QString& id, const QString& title, QWidget* content);
  void connectModel();
  void arrangeDefault();
  /// Rows of docks that fit one under the other, 1..4.
  int dockRows() const;
  /// A closed dock that is about to open joins the tabs of the lowest row where another row would be too low to read.
  void makeRoomFor(PaneDock* dock);
  void updateConditions();
  void updateTabs();
  void updateHeaders();
  void refreshViews();
  void refreshNext();
  void onWindowCommand(const Command& command);
  void applyLayout(const Json& layout);
  void arrangeCentre(const QStringList& order, const QString& front);
  QList<QDockWidget*> allDocks() const;
  void onPlayInPast(std::int64_t step);
  void onStatus();
  void saveThumbnail();
  void pointAt(const QString& id);
  bool holds(const ViewSpec& spec) const;
  PaneDock* dockOf(const QString& view) const;
  void forget();

  QString labId_, title_;
  Settings& settings_;
  std::unique_ptr<SessionModel> model_;
  MessageBar* messages_;
  LessonPlayer* lesson_;
  QMainWindow* docks_;
  QTabWidget* center_;
  Timeline* timeline_;
  QWidget* strip_;
  QList<PaneDock*> panels_, viewDocks_;
  QList<ViewPane*> centerPanes_;
  QList<ViewPane*> stale_;  ///< views that have not drawn the newest state yet
  QTimer refreshTimer_, headersTimer_;
  QSet<QString> closedCenter_;
  QByteArray beforePresenting_;
  std::string thumbnailRun_;
  bool presenting_ = false;
  bool arranged_ = false;
};

}  // namespace learnscope
