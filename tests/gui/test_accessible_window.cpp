// SPDX-License-Identifier: GPL-3.0-or-later
// Walks every widget of the main window: each control has a name for screen readers and is reached by the Tab key.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenuBar>
#include <QScrollBar>
#include <QTabBar>
#include <QTest>
#include <QToolButton>

#include "app/main_window.h"
#include "tests/support/support.h"
#include "tests/support/tiny_lab.h"
#include "widgets/model/spoken.h"

using namespace learnscope;

namespace {

QString place(const QWidget* widget) {
  QStringList names;
  for (const QWidget* w = widget; w; w = w->parentWidget())
    names.prepend(QLatin1String(w->metaObject()->className()) +
                  (w->objectName().isEmpty() ? QString() : '#' + w->objectName()));
  return names.mid(1).join(" > ");
}

/// A control of ours that a user works with; parts that Qt puts into its own widgets are those widgets' business.
bool isControl(QWidget* widget) {
  if (widget->objectName().startsWith("qt_") || qobject_cast<QScrollBar*>(widget)) return false;
  for (QWidget* parent = widget->parentWidget(); parent; parent = parent->parentWidget())
    if (qobject_cast<QTabBar*>(parent) || qobject_cast<QComboBox*>(parent) || qobject_cast<QAbstractSpinBox*>(parent) ||
        qobject_cast<QLineEdit*>(parent) || qobject_cast<QMenuBar*>(parent) || qobject_cast<QAbstractItemView*>(parent))
      return false;
  return qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSlider*>(widget) ||
         qobject_cast<QLineEdit*>(widget) || qobject_cast<QComboBox*>(widget) ||
         qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QAbstractItemView*>(widget) ||
         dynamic_cast<Spoken*>(widget) ||
         QLatin1String(widget->metaObject()->className()).endsWith(QLatin1String("TimelineTrack"));
}

/// A tool button whose action is in the menu bar needs no place in the Tab chain.
bool hasAction(QWidget* widget) {
  const auto* button = qobject_cast<QToolButton*>(widget);
  const QAction* action = button ? button->defaultAction() : nullptr;
  return action && (!action->shortcut().isEmpty() || action->associatedObjects().size() > 1);
}

std::vector<QWidget*> controlsOf(QWidget& window) {
  std::vector<QWidget*> found;
  for (QWidget* widget : window.findChildren<QWidget*>())
    if (widget->isVisible() && widget->isEnabled() && widget->window() == &window && isControl(widget))
      found.push_back(widget);
  return found;
}

struct Program {
  test::TemporaryFolder folder;
  Registry registry;
  Settings settings;
  DesktopTheme theme;
  MainWindow window;
  Program() : registry(make()), settings(QString::fromStdString(folder.path())), window(registry, settings, theme) {
    window.resize(1280, 800);
    window.show();
  }
  static Registry make() {
    Registry registry;
    registry.add(test::tinyLab());
    return registry;
  }
};

/// Everything that has had the focus after pressing Tab until it is where it began.
std::vector<QWidget*> tabbed(QWidget& window) {
  std::vector<QWidget*> seen;
  for (int i = 0; i < 400; ++i) {
    QTest::keyClick(window.focusWidget() ? window.focusWidget() : &window, Qt::Key_Tab);
    QWidget* now = window.focusWidget();
    if (!now) break;
    if (std::count(seen.begin(), seen.end(), now) > 1) break;  // once around
    seen.push_back(now);
  }
  return seen;
}

/// What is wrong with the controls that are visible now.
QStringList faults(QWidget& window) {
  QStringList wrong;
  const std::vector<QWidget*> seen = tabbed(window);
  const auto reached = [&](const QWidget* control) {
    return std::any_of(seen.begin(), seen.end(), [&](const QWidget* widget) {
      return widget == control || widget == control->focusProxy() || control->isAncestorOf(widget);
    });
  };
  for (QWidget* control : controlsOf(window)) {
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(control);
    if (!spoken || spoken->text(QAccessible::Name).trimmed().isEmpty()) wrong << "no name: " + place(control);
    if (!reached(control) && !hasAction(control)) wrong << "not reached by Tab: " + place(control);
    if (dynamic_cast<Spoken*>(control) && spoken && spoken->text(QAccessible::Value).isEmpty())
      wrong << "says nothing: " + place(control);
  }
  return wrong;
}

}  // namespace

class TestAccessibleWindow : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { QApplication::setStyle(QStringLiteral("Fusion")); }

  void theGallery() {
    Program program;
    QVERIFY(QTest::qWaitForWindowActive(&program.window));
    const QStringList wrong = faults(program.window);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    QVERIFY(controlsOf(program.window).size() > 1);
  }

  void aLabBeforeAndAfterTraining() {
    Program program;
    LabWorkspace& lab = *program.window.openLab(QStringLiteral("tiny"));
    QVERIFY(QTest::qWaitForWindowActive(&program.window));
    QTest::qWait(100);  // the docks take their places
    QStringList wrong = faults(program.window);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    lab.model().setSpeed(0);
    lab.model().userSteps(60);
    lab.model().play();
    QTRY_VERIFY_WITH_TIMEOUT(lab.model().run() && lab.model().run()->state() == RunState::Finished, 20000);
    QTest::qWait(300);
    wrong = faults(program.window);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    QVERIFY(controlsOf(program.window).size() > 15);
    // Every menu entry has a text and a mnemonic or a shortcut.
    for (const QAction* menu : program.window.menuBar()->actions())
      QVERIFY2(menu->text().contains('&'), qPrintable(menu->text()));
  }
};

QTEST_MAIN(TestAccessibleWindow)
#include "test_accessible_window.moc"
