// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop_theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QEvent>
#include <QStyleFactory>
#include <QTimer>
#include <QToolTip>

#include "widgets/model/theme.h"

namespace learnscope {
namespace {

const QString portalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString portalInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance = QStringLiteral("org.freedesktop.appearance");
const QString colorScheme = QStringLiteral("color-scheme");

bool isDark(const QPalette& palette) {
  return palette.color(QPalette::Window).lightnessF() < palette.color(QPalette::WindowText).lightnessF();
}

}  // namespace

DesktopTheme::DesktopTheme(QObject* parent) : QObject(parent) {
  desktopPaletteDark_ = isDark(QApplication::palette());
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  qApp->installEventFilter(this);
  apply();
  askPortal();
}

QString DesktopTheme::name(Choice choice) {
  switch (choice) {
    case Choice::Light:
      return QStringLiteral("light");
    case Choice::Dark:
      return QStringLiteral("dark");
    case Choice::System:
      break;
  }
  return QStringLiteral("system");
}

DesktopTheme::Choice DesktopTheme::fromName(const QString& name) {
  if (name == QLatin1String("light")) return Choice::Light;
  return name == QLatin1String("dark") ? Choice::Dark : Choice::System;
}

void DesktopTheme::setChoice(Choice choice) {
  choice_ = choice;
  apply();
}

// Never waits: a desktop without a portal must not delay the window.
void DesktopTheme::askPortal() {
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(portalService, portalPath, portalInterface, QStringLiteral("SettingChanged"), this,
              SLOT(onPortalSetting(QString, QString, QDBusVariant)));
  QDBusMessage call =
      QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, QStringLiteral("Read"));
  call << appearance << colorScheme;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, 2000), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* done) {
    const QDBusPendingReply<QDBusVariant> reply = *done;
    if (!reply.isError()) onPortalSetting(appearance, colorScheme, reply.value());
    done->deleteLater();
  });
}

void DesktopTheme::onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value) {
  if (group != appearance || key != colorScheme) return;
  QVariant inner = value.variant();
  // Read() of older portals wraps the value twice.
  if (inner.canConvert<QDBusVariant>()) inner = inner.value<QDBusVariant>().variant();
  switch (inner.toUInt()) {
    case 1:
      portal_ = Portal::Dark;
      break;
    case 2:
      portal_ = Portal::Light;
      break;
    default:
      portal_ = Portal::NoPreference;
  }
  apply();
}

bool DesktopTheme::wantsDark() const {
  const QString forced = qEnvironmentVariable("LEARNSCOPE_THEME");
  if (forced == QLatin1String("dark")) return true;
  if (forced == QLatin1String("light")) return false;
  if (choice_ != Choice::System) return choice_ == Choice::Dark;
  if (portal_ == Portal::Dark) return true;
  if (portal_ == Portal::Light) return false;
  return desktopPaletteDark_;
}

void DesktopTheme::apply() {
  applying_ = true;
  dark_ = wantsDark();
  const Theme theme = dark_ ? Theme::night() : Theme::light();
  QApplication::setPalette(theme.palette());
  QToolTip::setPalette(theme.palette());
  const QString sheet = houseStyleSheet(dark_);
  if (qApp->styleSheet() != sheet) qApp->setStyleSheet(sheet);
  applying_ = false;
  emit changed();
}

bool DesktopTheme::eventFilter(QObject* watched, QEvent* event) {
  if (watched == qApp && event->type() == QEvent::ApplicationPaletteChange && !applying_) {
    // The desktop changed its own palette under ours: take ours away for a moment to see it.
    QTimer::singleShot(0, this, [this] {
      applying_ = true;
      QApplication::setPalette(QPalette());
      desktopPaletteDark_ = isDark(QApplication::palette());
      apply();
    });
  }
  return QObject::eventFilter(watched, event);
}

QString houseStyleSheet(bool dark) {
  const Theme theme = dark ? Theme::night() : Theme::light();
  const auto rgba = [](QColor color, double alpha) {
    return QStringLiteral("rgba(%1,%2,%3,%4)")
        .arg(color.red())
        .arg(color.green())
        .arg(color.blue())
        .arg(qRound(alpha * 255));
  };
  QString sheet = QStringLiteral(R"(
QMainWindow::separator { background: @faint; width: 1px; height: 1px; margin: 2px; }
QMainWindow::separator:hover { background: @accent; }
QMenuBar { background: @window; padding: 1px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @faint; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 10px; border-radius: 4px; }
QMenu::icon { padding-left: 6px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @faint; margin: 4px 6px; }
QToolBar { background: @window; border: none; border-bottom: 1px solid @faint; padding: 3px 6px; spacing: 2px; }
QToolBar::separator { background: @faint; width: 1px; margin: 4px 6px; }
QToolBar QToolButton { border: none; border-radius: 5px; padding: 4px 6px; background: transparent; }
QToolBar QToolButton:hover { background: @hover; }
QToolBar QToolButton:pressed, QToolBar QToolButton:checked { background: @accentSoft; }
QToolBar QToolButton::menu-indicator { image: none; }
QTabWidget::pane { border: none; }
QTabBar { qproperty-drawBase: 0; background: transparent; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 5px 10px; color: @muted; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:hover:!selected { color: @text; }
QDockWidget { color: @muted; titlebar-close-icon: none; titlebar-normal-icon: none; }
QStatusBar { background: @window; border-top: 1px solid @faint; }
QStatusBar::item { border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: @raised; color: @text; border: 1px solid @faint; padding: 4px 6px; }
#paneHeader { background: @panel; border-bottom: 1px solid @faint; }
#paneHeader QLabel { color: @muted; font-weight: 600; }
#paneHeader QToolButton, #quiet { border: none; border-radius: 4px; background: transparent; padding: 2px; }
#paneHeader QToolButton:hover, #quiet:hover { background: @hover; }
#paneHeader QToolButton::menu-indicator { image: none; width: 0; }
#labHeading { font-weight: 600; padding: 0 8px; }
#gallery, #galleryContent { background: @window; }
#searchField { background: @raised; border: 1px solid @faint; border-radius: 6px; padding: 6px 8px; }
#searchField:focus { border-color: @accent; }
#noticeBar { background: @raised; border: 1px solid @faint; border-radius: 6px; }
#messageBar { background: @raised; border: none; border-bottom: 1px solid @faint; }
QPushButton#primary { background: @accent; color: @onAccent; border: none; border-radius: 5px; padding: 5px 14px; font-weight: 600; }
QPushButton#primary:hover { background: @accentStrong; }
QPushButton#primary:focus { border: 2px solid @text; padding: 3px 12px; }
QPushButton#plain { background: transparent; color: @text; border: 1px solid @faint; border-radius: 5px; padding: 4px 12px; }
QPushButton#plain:hover { background: @hover; }
QPushButton#plain:focus { border-color: @accent; }
)");
  const QColor onAccent = theme.accent.lightnessF() > 0.6 ? QColor(Qt::black) : QColor(Qt::white);
  // Longer names first: "@accentSoft" begins with "@accent".
  const QList<std::pair<QString, QString>> names{
      {QStringLiteral("@accentSoft"), rgba(theme.accent, dark ? 0.30 : 0.16)},
      {QStringLiteral("@accentStrong"), (dark ? theme.accent.lighter(112) : theme.accent.darker(112)).name()},
      {QStringLiteral("@onAccent"), onAccent.name()},
      {QStringLiteral("@accent"), theme.accent.name()},
      {QStringLiteral("@window"), theme.window.name()},
      {QStringLiteral("@panel"), theme.panel.name()},
      {QStringLiteral("@raised"), theme.raised.name()},
      {QStringLiteral("@text"), theme.text.name()},
      {QStringLiteral("@muted"), theme.muted.name()},
      {QStringLiteral("@faint"), rgba(theme.text, dark ? 0.16 : 0.14)},
      {QStringLiteral("@hover"), rgba(theme.text, 0.08)},
      {QStringLiteral("@scroll"), rgba(theme.text, 0.25)},
  };
  for (const auto& [key, value] : names) sheet.replace(key, value);
  return sheet;
}

}  // namespace learnscope
