// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lab_workspace.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/background.h"
#include "app/lab_card.h"
#include "app/log.h"
#include "widgets/controls/claim_list.h"
#include "widgets/controls/compare_dialog.h"
#include "widgets/controls/event_list.h"
#include "widgets/controls/intervention_panel.h"
#include "widgets/controls/parameter_panel.h"
#include "widgets/controls/run_set_panel.h"
#include "widgets/controls/status_strip.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

QString idOf(const ViewPane* pane) { return QString::fromStdString(pane->spec().id); }

}  // namespace

LabWorkspace::LabWorkspace(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler,
                           Settings& settings, QWidget* parent)
    : QWidget(parent), settings_(settings), model_(std::make_unique<SessionModel>(lab, factory, scheduler)) {
  const Description description = lab->describe();
  labId_ = QString::fromStdString(description.id);
  title_ = QString::fromStdString(description.title);
  setObjectName(QStringLiteral("lab.") + labId_);
  setAccessibleName(title_);

  messages_ = new MessageBar(this);
  docks_ = new QMainWindow(this);
  docks_->setWindowFlags(Qt::Widget);  // its constructor makes a window of its own otherwise
  docks_->setDockOptions(QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks);
  docks_->setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
  docks_->setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  docks_->setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  docks_->setContextMenuPolicy(Qt::NoContextMenu);
  timeline_ = new Timeline(*model_, this);
  strip_ = new StatusStrip(*model_, this);
  lesson_ = new LessonPlayer(*model_, this);
  makePanels();
  makeViews();

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(messages_);
  layout->addWidget(lesson_);
  layout->addWidget(docks_, 1);
  layout->addWidget(timeline_);
  layout->addWidget(strip_);
  refreshTimer_.setSingleShot(true);
  headersTimer_.setSingleShot(true);
  connect(&headersTimer_, &QTimer::timeout, this, &LabWorkspace::updateHeaders);
  connect(&refreshTimer_, &QTimer::timeout, this, &LabWorkspace::refreshNext);
  connectModel();
  updateConditions();
}

LabWorkspace::~LabWorkspace() {
  if (arranged_ && !presenting_) settings_.setValue(QStringLiteral("state/") + labId_, layoutState());
  model_->disconnect(this);
  refreshTimer_.stop();
  // The panes and controls use the model until they are gone.
  qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

PaneDock* LabWorkspace::addPanel(const QString& id, const QString& title, QWidget* content) {
  auto* dock = new PaneDock(QStringLiteral("panel.") + id, title, QString(), content, docks_);
  dock->setAllowedAreas(Qt::AllDockWidgetAreas);
  panels_ << dock;
  docks_->addDockWidget(Qt::LeftDockWidgetArea, dock);
  dock->hide();  // until arranged
  return dock;
}

void LabWorkspace::makePanels() {
  addPanel(QStringLiteral("parameters"), tr("Parameters"), new ParameterPanel(*model_, docks_));
  auto* runs = new RunSetPanel(*model_, docks_);
  connect(runs, &RunSetPanel::deleteRequested, this, &LabWorkspace::deleteRequested);
  connect(runs, &RunSetPanel::branchRequested, this, &LabWorkspace::branchRequested);
  connect(runs, &RunSetPanel::compareRequested, this, &LabWorkspace::compare);
  addPanel(QStringLiteral("runs"), tr("Runs"), runs);
  addPanel(QStringLiteral("events"), tr("Events"), new EventList(*model_, docks_));
  addPanel(QStringLiteral("interventions"), tr("Interventions"), new InterventionPanel(*model_, docks_));
  if (model_->claims().empty()) return;
  auto* claims = new ClaimList(*model_, docks_);
  connect(claims, &ClaimList::viewRequested, this, &LabWorkspace::raiseView);
  addPanel(QStringLiteral("claims"), tr("Claims"), claims);
}

void LabWorkspace::makeViews() {
  center_ = new QTabWidget(docks_);
  center_->setObjectName(QStringLiteral("center"));
  center_->setDocumentMode(true);
  center_->setMovable(true);
  auto* menuButton = new QToolButton(center_);
  menuButton->setObjectName(QStringLiteral("quiet"));
  menuButton->setIcon(symbolicIcon(QStringLiteral("menu")));
  menuButton->setPopupMode(QToolButton::InstantPopup);
  menuButton->setToolTip(tr("View menu"));
  menuButton->setAccessibleName(tr("Menu of the view in front"));
  auto* menu = new QMenu(menuButton);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    if (auto* front = qobject_cast<ViewPane*>(center_->currentWidget())) front->fillMenu(menu);
  });
  menuButton->setMenu(menu);
  center_->setCornerWidget(menuButton);
  docks_->setCentralWidget(center_);

  for (const ViewSpec& spec : model_->page().views) {
    auto* pane = new ViewPane(spec, *model_, docks_);
    const bool open = spec.json.value("open", true);
    if (spec.area == QLatin1String("centre")) {
      centerPanes_ << pane;
      pane->hide();
      if (!open) closedCenter_ << idOf(pane);
      connect(pane, &ViewPane::closeRequested, this, [this, pane] { setOpen(idOf(pane), false); });
    } else {
      auto* dock = new PaneDock(idOf(pane), spec.title, spec.doc, pane, docks_);
      docks_->addDockWidget(Qt::RightDockWidgetArea, dock);
      dock->hide();  // until arranged: all under one another would need a taller screen
      viewDocks_ << dock;
    }
  }
  for (PaneDock* dock : panels_ + viewDocks_) {
    // Many docks move at once: their headers follow together.
    connect(dock, &QDockWidget::visibilityChanged, &headersTimer_, [this] { headersTimer_.start(0); });
    connect(dock, &QDockWidget::dockLocationChanged, &headersTimer_, [this] { headersTimer_.start(0); });
  }
  updateTabs();
}

void LabWorkspace::connectModel() {
  connect(model_.get(), &SessionModel::refreshed, this, &LabWorkspace::refreshViews);
  connect(model_.get(), &SessionModel::currentRunChanged, this, &LabWorkspace::updateConditions);
  connect(model_.get(), &SessionModel::configEdited, this, &LabWorkspace::updateConditions);
  connect(model_.get(), &SessionModel::statusChanged, this, &LabWorkspace::onStatus);
  connect(model_.get(), &SessionModel::playInPast, this, &LabWorkspace::onPlayInPast);
  connect(model_.get(), &SessionModel::windowCommand, this, &LabWorkspace::onWindowCommand);
  connect(model_.get(), &SessionModel::note, this,
          [this](const QString& text) { messages_->show(MessageBar::Kind::Note, text); });
  connect(lesson_, &LessonPlayer::fullScreenRequested, this,
          [this] { emit perspectiveRequested(presenting_ ? QStringLiteral("research") : QStringLiteral("present")); });
  connect(model_.get(), &SessionModel::problem, this, [this](const QString& text) {
    messages_->show(MessageBar::Kind::Problem, text);
    logWarning("ui", labId_ + QStringLiteral(": ") + text);
  });
}

void LabWorkspace::adopt(std::shared_ptr<Run> run, bool resume) {
  if (Member* known = model_->session().find(run->info().id)) {
    model_->makeCurrent(known->run->info().id);
    return;
  }
  Member& member = model_->session().open(std::move(run), resume);
  model_->session().makeCurrent(member);
  if (resume && member.trainer) member.trainer->post({"run", nullptr});
}

void LabWorkspace::compare() { (new CompareDialog(*model_, this))->show(); }

QStringList LabWorkspace::openFiles() const {
  QStringList files;
  for (const auto& member : model_->session().members())
    if (member->run->store()) files << QString::fromStdString(member->run->store()->path());
  return files;
}

bool LabWorkspace::holds(const ViewSpec& spec) const {
  return !spec.json.contains("when") || model_->config().satisfies(spec.json["when"]);
}

PaneDock* LabWorkspace::dockOf(const QString& view) const {
  for (PaneDock* dock : viewDocks_)
    if (idOf(dock->pane()) == view) return dock;
  return nullptr;
}

ViewPane* LabWorkspace::pane(const QString& view) const {
  for (ViewPane* each : centerPanes_)
    if (idOf(each) == view) return each;
  const PaneDock* dock = dockOf(view);
  return dock ? dock->pane() : nullptr;
}

QList<ViewPane*> LabWorkspace::panes() const {
  QList<ViewPane*> found;
  for (const ViewSpec& spec : model_->page().views)
    if (ViewPane* each = pane(QString::fromStdString(spec.id)); each && holds(spec)) found << each;
  return found;
}

bool LabWorkspace::isOpen(const QString& view) const {
  if (const PaneDock* dock = dockOf(view)) return !dock->isHidden();
  ViewPane* each = pane(view);
  return each && center_->indexOf(each) >= 0;
}

void LabWorkspace::setOpen(const QString& view, bool open) {
  if (PaneDock* dock = dockOf(view)) {
    if (open && dock->isHidden()) makeRoomFor(dock);
    dock->setVisible(open);
    return;
  }
  if (open)
    closedCenter_.remove(view);
  else
    closedCenter_.insert(view);
  updateTabs();
}

void LabWorkspace::raiseView(const QString& view) {
  ViewPane* each = pane(view);
  if (!each) return;
  setOpen(view, true);
  if (PaneDock* dock = dockOf(view))
    dock->raise();
  else
    center_->setCurrentWidget(each);
  if (View* shown = each->view()) shown->setFocus(Qt::ShortcutFocusReason);
}

ViewPane* LabWorkspace::activePane() const {
  for (QWidget* widget = QApplication::focusWidget(); widget; widget = widget->parentWidget())
    if (auto* pane = qobject_cast<ViewPane*>(widget)) return pane;
  if (auto* front = qobject_cast<ViewPane*>(center_->currentWidget())) return front;
  const QList<ViewPane*> all = panes();
  return all.isEmpty() ? nullptr : all.first();
}

void LabWorkspace::updateConditions() {
  updateTabs();
  for (PaneDock* dock : viewDocks_) {
    const bool exists = holds(dock->pane()->spec());
    const bool hidden = dock->property("unfit").toBool();
    if (exists == !hidden) continue;
    // Remembers whether it was open, for when its condition holds again.
    if (!exists) dock->setProperty("wasOpen", !dock->isHidden());
    dock->setProperty("unfit", !exists);
    dock->setVisible(exists && dock->property("wasOpen").toBool());
  }
}

void LabWorkspace::updateTabs() {
  for (ViewPane* each : centerPanes_) {
    const bool wanted = holds(each->spec()) && !closedCenter_.contains(idOf(each));
    const int index = center_->indexOf(each);
    if (wanted && index < 0) {
      const int added = center_->addTab(each, each->spec().title);
      center_->setTabToolTip(added, each->spec().doc);
    } else if (!wanted && index >= 0) {
      center_->removeTab(index);
      each->setParent(docks_);
      each->hide();
    }
  }
  center_->setVisible(center_->count() > 0);
}

void LabWorkspace::updateHeaders() {
  for (PaneDock* dock : panels_ + viewDocks_) {
    dock->header()->setTabbed(!docks_->tabifiedDockWidgets(dock).isEmpty());
    // A panel in a tab needs no second title.
    if (!dock->pane())
      dock->header()->setMaximumHeight(docks_->tabifiedDockWidgets(dock).isEmpty() ? QWIDGETSIZE_MAX : 0);
  }
  for (QTabBar* bar : docks_->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
    bar->setExpanding(false);
    bar->setDrawBase(false);
    bar->setElideMode(Qt::ElideRight);
  }
}

void LabWorkspace::refreshViews() {
  if (!isVisible()) return;
  const bool idle = stale_.isEmpty();
  for (ViewPane* each : centerPanes_)
    if (!stale_.contains(each)) stale_ << each;
  for (PaneDock* dock : viewDocks_)
    if (!stale_.contains(dock->pane())) stale_ << dock->pane();
  if (idle) refreshTimer_.start(0);
}

// One view at a time, then five times as long a rest as it took to draw: all at once would hold up the user's clicks,
// and without rests the training.
void LabWorkspace::refreshNext() {
  QElapsedTimer cost;
  cost.start();
  while (!stale_.isEmpty() && !stale_.takeFirst()->refreshIfSeen()) continue;
  // The paint event that the view has asked for comes before this.
  QTimer::singleShot(0, this, [this, cost] {
    if (!stale_.isEmpty()) refreshTimer_.start(static_cast<int>(std::clamp<qint64>(5 * cost.elapsed(), 5, 400)));
  });
}

void LabWorkspace::onPlayInPast(std::int64_t step) { PlayInPastDialog(*model_, step, this).exec(); }

void LabWorkspace::onStatus() {
  const std::shared_ptr<Run> run = model_->run();
  if (!run || run->state() != RunState::Finished || thumbnailRun_ == run->info().id) return;
  thumbnailRun_ = run->info().id;
  logInfo("ui", QStringLiteral("%1: run %2 finished at step %3")
                    .arg(labId_, QString::fromStdString(run->info().id))
                    .arg(run->lastStep()));
  // The last step is drawn first.
  QTimer::singleShot(400, this, &LabWorkspace::saveThumbnail);
}

void LabWorkspace::saveThumbnail() {
  if (centerPanes_.isEmpty() || !centerPanes_.first()->isVisible() || !model_->following()) return;
  View* view = centerPanes_.first()->view();
  if (!view) return;
  const QImage image =
      view->grab().toImage().scaled(960, 540, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
  const QString path = LabCard::thumbnailPath(settings_.thumbnailsFolder(), labId_, Theme::current().dark);
  inBackground(
      this, [image, path] { return image.save(path); },
      [this](bool saved) {
        if (saved) emit thumbnailSaved();
      });
}

}  // namespace learnscope
