// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFont>
#include <QTimer>
#include <algorithm>
#include <thread>

#include "app/app.h"
#include "app/log.h"
#include "app/main_window.h"
#include "app/splat_window.h"
#include "app/window_bench.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

/// Everything a window of ours needs around it.
class WindowApplication {
 public:
  WindowApplication(int& argc, char** argv) : application_(argc, argv) {
    QApplication::setApplicationName(QStringLiteral("learnscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("Learnscope"));
    QApplication::setApplicationVersion(QStringLiteral(LEARNSCOPE_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("learnscope"));
    settings_.emplace();
    startLogging(settings_->logFile());
    logInfo("ui", QStringLiteral("Learnscope %1 started").arg(QStringLiteral(LEARNSCOPE_VERSION)));
    theme_.emplace();
    theme_->setChoice(DesktopTheme::fromName(settings_->value(QStringLiteral("theme")).toString()));
  }
  ~WindowApplication() { logInfo("ui", QStringLiteral("closed")); }
  Settings& settings() { return *settings_; }
  DesktopTheme& theme() { return *theme_; }

 private:
  QApplication application_;
  std::optional<Settings> settings_;  // their places depend on the application's name
  std::optional<DesktopTheme> theme_;
};

}  // namespace

int runWindow(const Registry& registry, int argc, char** argv, const std::string& labOrFile) {
  // Software GL starts a raster thread per core, which the trainer needs.
  if (qEnvironmentVariableIsEmpty("LP_NUM_THREADS")) qputenv("LP_NUM_THREADS", "1");
  WindowApplication application(argc, argv);
  MainWindow window(registry, application.settings(), application.theme());
  window.show();
  const QString target = QString::fromStdString(labOrFile);
  QTimer::singleShot(0, &window, [&window, target] { window.open(target); });
  WindowBench bench(window);
  if (WindowBench::requested()) bench.start();
  return QApplication::exec();
}

int runSplatWindow(int argc, char** argv, const std::string& file) {
  WindowApplication application(argc, argv);
  // Nothing trains in this process, so every core may draw; more than four bring little.
  SplatWindow window(static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U)));
  window.show();
  if (!file.empty()) QTimer::singleShot(0, &window, [&] { window.open(QString::fromStdString(file)); });
  return QApplication::exec();
}

}  // namespace learnscope
