// SPDX-License-Identifier: GPL-3.0-or-later
// Layouts of a lab's window, and the commands of the vocabulary that are the window's.
#include <QInputDialog>
#include <QTabBar>
#include <QTimer>

#include "app/lab_workspace.h"
#include "widgets/export/save_figure.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

constexpr int layoutVersion = 1;

QString idOf(const ViewPane* pane) { return QString::fromStdString(pane->spec().id); }

/// Shows docks one under the other in `rows` rows; what does not fit goes into tabs, row by row. They are shown last:
/// visible ones that are not yet tabs would make the window grow beyond the screen.
void stack(QMainWindow* window, const QList<PaneDock*>& docks, int rows) {
  for (int i = 1; i < docks.size(); ++i) {
    if (i < rows)
      window->splitDockWidget(docks[i - 1], docks[i], Qt::Vertical);
    else
      window->tabifyDockWidget(docks[i % rows], docks[i]);
  }
  for (PaneDock* dock : docks) dock->show();
  for (int i = 0; i < std::min<int>(rows, static_cast<int>(docks.size())); ++i) docks[i]->raise();
}

}  // namespace

void LabWorkspace::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (arranged_) return;
  arranged_ = true;
  // Sizes are known once the window has been laid out.
  QTimer::singleShot(0, this, [this] {
    const QVariant saved = settings_.value(QStringLiteral("state/") + labId_);
    if (!saved.isValid() || !restoreLayout(saved.toMap())) arrangeDefault();
    updateConditions();
    updateHeaders();
  });
}

void LabWorkspace::hideEvent(QHideEvent* event) {
  if (arranged_ && !presenting_ && isVisible()) settings_.setValue(QStringLiteral("state/") + labId_, layoutState());
  QWidget::hideEvent(event);
}

int LabWorkspace::dockRows() const { return std::clamp(docks_->height() / (fontMetrics().height() * 13), 1, 4); }

void LabWorkspace::makeRoomFor(PaneDock* dock) {
  if (!arranged_ || dock->isFloating()) return;
  PaneDock* lowest = nullptr;
  int rows = 0;
  for (PaneDock* other : viewDocks_) {
    const bool inFront = other != dock && !other->isFloating() && !other->visibleRegion().isEmpty();
    if (!inFront || docks_->dockWidgetArea(other) != docks_->dockWidgetArea(dock)) continue;
    ++rows;
    if (!lowest || other->y() > lowest->y()) lowest = other;
  }
  if (lowest && rows >= dockRows()) docks_->tabifyDockWidget(lowest, dock);
}

void LabWorkspace::arrangeDefault() {
  for (PaneDock* dock : panels_ + viewDocks_) {
    docks_->removeDockWidget(dock);
    dock->setFloating(false);
  }
  for (PaneDock* dock : panels_) docks_->addDockWidget(Qt::LeftDockWidgetArea, dock);
  for (qsizetype i = 2; i < panels_.size(); ++i) docks_->tabifyDockWidget(panels_[1], panels_[i]);
  for (PaneDock* dock : panels_) dock->show();
  panels_[1]->raise();

  QList<PaneDock*> shown;
  for (PaneDock* dock : viewDocks_)
    if (holds(dock->pane()->spec()) && dock->pane()->spec().json.value("open", true)) shown << dock;
  const int rows = dockRows();
  for (PaneDock* dock : viewDocks_) {
    docks_->addDockWidget(Qt::RightDockWidgetArea, dock);
    dock->hide();
    dock->setProperty("wasOpen", dock->pane()->spec().json.value("open", true));
    dock->setProperty("unfit", !holds(dock->pane()->spec()));
  }
  stack(docks_, shown, rows);

  const int left = fontMetrics().height() * 20;
  docks_->resizeDocks({panels_[0]}, {left}, Qt::Horizontal);
  docks_->resizeDocks({panels_[0], panels_[1]}, {docks_->height() * 70 / 100, docks_->height() * 30 / 100},
                      Qt::Vertical);
  if (!shown.isEmpty()) {
    const bool withScene = center_->count() > 0;
    const int share = withScene ? 42 : 100;
    docks_->resizeDocks({shown[0]}, {(docks_->width() - left) * share / 100}, Qt::Horizontal);
    QList<QDockWidget*> column;
    for (int i = 0; i < std::min<int>(rows, static_cast<int>(shown.size())); ++i) column << shown[i];
    docks_->resizeDocks(column, QList<int>(column.size(), docks_->height() / static_cast<int>(column.size())),
                        Qt::Vertical);
  }
  closedCenter_.clear();
  for (ViewPane* each : centerPanes_)
    if (!each->spec().json.value("open", true)) closedCenter_ << idOf(each);
  updateTabs();
  if (center_->count() > 0) center_->setCurrentIndex(0);
}

void LabWorkspace::resetLayout() {
  settings_.remove(QStringLiteral("state/") + labId_);
  arrangeDefault();
  updateHeaders();
}

QVariantMap LabWorkspace::layoutState() const {
  QStringList order;
  for (int i = 0; i < center_->count(); ++i) order << idOf(static_cast<ViewPane*>(center_->widget(i)));
  return {{QStringLiteral("docks"), docks_->saveState(layoutVersion)},
          {QStringLiteral("center"), order},
          {QStringLiteral("closed"), QStringList(closedCenter_.begin(), closedCenter_.end())},
          {QStringLiteral("front"),
           center_->currentWidget() ? idOf(static_cast<ViewPane*>(center_->currentWidget())) : QString()}};
}

bool LabWorkspace::restoreLayout(const QVariantMap& state) {
  if (!docks_->restoreState(state.value(QStringLiteral("docks")).toByteArray(), layoutVersion)) return false;
  const QStringList closed = state.value(QStringLiteral("closed")).toStringList();
  closedCenter_ = QSet<QString>(closed.begin(), closed.end());
  updateTabs();
  int place = 0;
  for (const QString& view : state.value(QStringLiteral("center")).toStringList())
    if (const int from = center_->indexOf(pane(view)); from >= 0) center_->tabBar()->moveTab(from, place++);
  if (ViewPane* front = pane(state.value(QStringLiteral("front")).toString()); front && center_->indexOf(front) >= 0)
    center_->setCurrentWidget(front);
  updateHeaders();
  return true;
}

void LabWorkspace::setPresenting(bool on) {
  if (on == presenting_) return;
  if (on) beforePresenting_ = docks_->saveState(layoutVersion);
  presenting_ = on;
  lesson_->setLarge(on);
  timeline_->setVisible(!on);
  strip_->setVisible(!on);
  if (on) {
    for (PaneDock* dock : panels_) dock->hide();
  } else {
    docks_->restoreState(beforePresenting_, layoutVersion);
  }
}

void LabWorkspace::fillViewsMenu(QMenu* menu) {
  const auto toggle = [](QMenu* into, const QString& title, const QString& tip, bool open) {
    QAction* action = into->addAction(title);
    action->setCheckable(true);
    action->setChecked(open);
    action->setStatusTip(tip);
    return action;
  };
  // One menu of forty views would reach beyond the screen.
  const bool crowded = panes().size() > 20;
  QMenu* middle = crowded ? menu->addMenu(tr("In the middle")) : menu;
  QMenu* side = crowded ? menu->addMenu(tr("At the side")) : menu;
  int number = 0;
  for (ViewPane* each : panes()) {
    const QString view = idOf(each);
    QAction* action = toggle(dockOf(view) ? side : middle, each->spec().title, each->spec().doc, isOpen(view));
    if (++number <= 9) action->setText(QStringLiteral("%1\tCtrl+%2").arg(each->spec().title).arg(number));
    connect(action, &QAction::toggled, this, [this, view](bool open) {
      setOpen(view, open);
      if (open) raiseView(view);
    });
  }
  menu->addSeparator();
  for (PaneDock* dock : panels_) {
    QAction* action = toggle(menu, dock->windowTitle(), QString(), !dock->isHidden());
    connect(action, &QAction::toggled, dock, &QWidget::setVisible);
  }
}

void LabWorkspace::fillLayoutsMenu(QMenu* menu) {
  for (const QString& name : settings_.layoutNames(labId_))
    menu->addAction(name, this, [this, name] {
      if (!restoreLayout(settings_.layout(labId_, name).toMap()))
        messages_->show(MessageBar::Kind::Problem,
                        tr("The layout “%1” does not fit this version; arrange it anew and save it again.").arg(name));
    });
  menu->addSeparator();
  menu->addAction(tr("Save layout as…"), this, [this] {
    const QString name = QInputDialog::getText(this, tr("Save layout"), tr("Name of the layout:")).trimmed();
    if (!name.isEmpty()) settings_.saveLayout(labId_, name, layoutState());
  });
  QMenu* remove = menu->addMenu(tr("Delete layout"));
  remove->setEnabled(!settings_.layoutNames(labId_).isEmpty());
  for (const QString& name : settings_.layoutNames(labId_))
    remove->addAction(name, this, [this, name] { settings_.removeLayout(labId_, name); });
}

std::vector<std::pair<QString, QString>> LabWorkspace::figureViews() const {
  std::vector<std::pair<QString, QString>> views;
  for (const ViewPane* each : panes()) views.emplace_back(idOf(each), each->spec().title);
  return views;
}

View* LabWorkspace::figureView(const QString& id) {
  ViewPane* each = pane(id);
  return each ? each->view() : nullptr;
}

Json LabWorkspace::figureLayout() const {
  Json layout{{"open", Json::array()}, {"close", Json::array()}};
  for (const ViewPane* each : panes()) layout[isOpen(idOf(each)) ? "open" : "close"].push_back(each->spec().id);
  if (const auto* front = qobject_cast<ViewPane*>(center_->currentWidget())) layout["front"] = front->spec().id;
  return layout;
}

void LabWorkspace::applyLayout(const Json& layout) {
  const auto each = [&](const char* key, bool open) {
    for (const Json& view : layout.value(key, Json::array()))
      setOpen(QString::fromStdString(view.get<std::string>()), open);
  };
  each("open", true);
  each("close", false);
  if (!layout.contains("front")) return;
  if (ViewPane* front = pane(QString::fromStdString(layout["front"].get<std::string>()));
      front && center_->indexOf(front) >= 0)
    center_->setCurrentWidget(front);
}

void LabWorkspace::showFigure(const FigureState& state) {
  applyLayout(state.layout);
  for (const std::string& id : state.views) {
    const QString name = QString::fromStdString(id);
    if (!isOpen(name)) setOpen(name, true);
  }
  model_->setCursor(state.step);
  for (const auto& [id, panel] : state.style.panels)
    if (View* view = figureView(QString::fromStdString(id))) view->showPanelStyle(panel);
}

void LabWorkspace::pointAt(const QString& id) {
  const auto point = [this, id] {
    raiseView(id);
    for (QWidget* found : docks_->findChildren<QWidget*>(id)) found->setFocus(Qt::OtherFocusReason);
  };
  point();
  // In a lab that has just been opened the arrangement of its views is still to come, and would bring others to the
  // front.
  QTimer::singleShot(0, this, point);
}

void LabWorkspace::onWindowCommand(const Command& command) {
  const Json& value = command.value;
  try {
    if (command.verb == "say") {
      messages_->show(MessageBar::Kind::Note, QString::fromStdString(value.get<std::string>()));
    } else if (command.verb == "ask") {
      messages_->show(MessageBar::Kind::Note, QString::fromStdString(value.value("text", std::string())), tr("Go on"),
                      [] {});
    } else if (command.verb == "pointAt") {
      pointAt(QString::fromStdString(value.get<std::string>()));
    } else if (command.verb == "layout") {
      applyLayout(value);
      if (value.contains("perspective"))
        emit perspectiveRequested(QString::fromStdString(value["perspective"].get<std::string>()));
    } else if (command.verb == "export") {
      ViewPane* target = pane(QString::fromStdString(value.value("view", std::string())));
      if (!target || !target->view()) throw ConfigError("/export/view", value.dump(), "the id of a view of this lab");
      saveFigure(*target->view(), QString::fromStdString(value.value("path", std::string())), FigureStyle());
    }
  } catch (const Error& error) {
    messages_->show(MessageBar::Kind::Problem, QString::fromUtf8(error.what()));
  }
}

}  // namespace learnscope
