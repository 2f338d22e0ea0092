// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dock_arrangement.h"

#include <QLayout>
#include <QTabBar>
#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double touching = 0.01;  // of the window: boxes that overlap by less stand side by side
constexpr std::pair<const char*, Qt::DockWidgetArea> areas[] = {{"left", Qt::LeftDockWidgetArea},
                                                                {"right", Qt::RightDockWidgetArea},
                                                                {"top", Qt::TopDockWidgetArea},
                                                                {"bottom", Qt::BottomDockWidgetArea}};

/// Docks in one place.
struct Group {
  QList<QDockWidget*> docks;
  QDockWidget* front = nullptr;
  Qt::DockWidgetArea area = Qt::RightDockWidgetArea;
  QRectF box;
};

/// The docks behind one row of tabs, in their order.
struct Tabs {
  QList<QDockWidget*> docks;
  QRect bar;  ///< in the window; empty without tabs
};
/// The row that `dock` is in; only itself if it is in none.
Tabs tabsOf(const QMainWindow& window, QDockWidget* dock) {
  const QList<QDockWidget*> together = window.tabifiedDockWidgets(dock);
  if (together.isEmpty()) return {{dock}, {}};
  for (const QTabBar* bar : window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
    QList<QDockWidget*> found;
    for (int i = 0; i < bar->count(); ++i)
      for (QDockWidget* each : together + QList<QDockWidget*>{dock})
        if (bar->tabData(i).value<quintptr>() == reinterpret_cast<quintptr>(each)) found << each;  // Qt notes it there
    if (found.contains(dock)) return {found, bar->geometry()};
  }
  return {QList<QDockWidget*>{dock} + together, {}};
}

QList<Group> groupsOf(const Json& arrangement, const QList<QDockWidget*>& docks) {
  QList<QDockWidget*> free = docks;
  QList<Group> groups;
  for (const Json& json : arrangement) {
    Group group;
    for (const Json& name : json["docks"]) {
      const auto found = std::find_if(free.begin(), free.end(), [&](const QDockWidget* dock) {
        return dock->objectName().toStdString() == name.get_ref<const std::string&>();
      });
      if (found == free.end()) continue;
      group.docks << *found;
      if (name == json["front"]) group.front = *found;
      free.erase(found);
    }
    if (group.docks.isEmpty()) continue;
    for (const auto& [name, area] : areas)
      if (json["area"] == name) group.area = area;
    const Json& box = json["box"];
    group.box = QRectF(box[0].get<double>(), box[1].get<double>(), box[2].get<double>(), box[3].get<double>());
    groups << group;
  }
  return groups;
}

/// Several groups in two parts, on either side of a line that crosses none of them. Docks are made by cutting rooms in
/// two, so there is one; or else they were never docks, and the topmost is cut off.
struct Cut {
  Qt::Orientation along = Qt::Vertical;
  QList<Group> first, rest;
};
Cut cutInTwo(QList<Group> groups) {
  for (const Qt::Orientation along : {Qt::Horizontal, Qt::Vertical}) {
    const auto low = [along](const Group& g) { return along == Qt::Horizontal ? g.box.left() : g.box.top(); };
    const auto high = [along](const Group& g) { return along == Qt::Horizontal ? g.box.right() : g.box.bottom(); };
    std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) { return low(a) < low(b); });
    double reached = high(groups[0]);
    for (qsizetype i = 1; i < groups.size(); ++i) {
      if (low(groups[i]) >= reached - touching) return {along, groups.first(i), groups.mid(i)};
      reached = std::max(reached, high(groups[i]));
    }
  }
  return {Qt::Vertical, groups.first(1), groups.mid(1)};
}

/// The dock that holds the room of all groups until it is divided.
QDockWidget* headOf(const QList<Group>& groups) {
  return groups.size() == 1 ? groups.front().docks.front() : headOf(cutInTwo(groups).first);
}

void divide(QMainWindow& window, const QList<Group>& groups) {
  if (groups.size() < 2) return;
  const Cut cut = cutInTwo(groups);
  window.splitDockWidget(headOf(cut.first), headOf(cut.rest), cut.along);
  divide(window, cut.first);
  divide(window, cut.rest);
}

}  // namespace

Json dockArrangement(const QMainWindow& window, const QList<QDockWidget*>& docks) {
  Json arrangement = Json::array();
  QList<QDockWidget*> seen;
  const auto share = [](int part, int whole) {
    return std::clamp(std::round(1e5 * part / std::max(whole, 1)) / 1e5, 0.0, 1.0);
  };
  for (QDockWidget* dock : docks) {
    if (dock->isHidden() || seen.contains(dock)) continue;
    const auto [tabs, bar] = tabsOf(window, dock);
    seen += tabs;
    // Those behind stand outside of the window.
    QDockWidget* front = dock;
    for (QDockWidget* each : tabs)
      if (each->geometry().right() >= 0) front = each;
    const QRect box = front->geometry().united(bar);  // Qt counts the tabs to a dock's size
    Json group{{"docks", Json::array()},
               {"front", front->objectName().toStdString()},
               {"box",
                {share(box.left(), window.width()), share(box.top(), window.height()),
                 share(box.width(), window.width()), share(box.height(), window.height())}}};
    for (const QDockWidget* each : tabs) group["docks"].push_back(each->objectName().toStdString());
    for (const auto& [name, area] : areas)
      if (window.dockWidgetArea(dock) == area) group["area"] = name;
    arrangement.push_back(std::move(group));
  }
  return arrangement;
}

void arrangeDocks(QMainWindow& window, const QList<QDockWidget*>& docks, const Json& arrangement) {
  const QList<Group> groups = groupsOf(arrangement, docks);
  // Docks that glide to their places would be elsewhere for whoever looks next, such as another figure.
  const bool animated = window.isAnimated();
  window.setAnimated(false);
  for (QDockWidget* dock : docks) {
    window.removeDockWidget(dock);
    dock->setFloating(false);
  }
  for (const auto& [name, area] : areas) {
    QList<Group> here;
    for (const Group& group : groups)
      if (group.area == area) here << group;
    if (here.isEmpty()) continue;
    window.addDockWidget(area, headOf(here));
    divide(window, here);
  }
  QList<QDockWidget*> sized;
  QList<int> widths, heights;
  for (const Group& group : groups) {
    for (qsizetype i = 1; i < group.docks.size(); ++i) window.tabifyDockWidget(group.docks[i - 1], group.docks[i]);
    for (QDockWidget* dock : group.docks) dock->show();
    if (group.front) group.front->raise();
    sized << group.docks.front();
    widths << static_cast<int>(std::lround(group.box.width() * window.width()));
    heights << static_cast<int>(std::lround(group.box.height() * window.height()));
  }
  window.resizeDocks(sized, widths, Qt::Horizontal);
  window.resizeDocks(sized, heights, Qt::Vertical);
  window.layout()->activate();
  window.setAnimated(animated);
}

}  // namespace learnscope
