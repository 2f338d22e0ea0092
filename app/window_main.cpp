// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFont>
#include <QTimer>

#include "app/app.h"
#include "app/log.h"
#include "app/main_window.h"
#include "app/window_bench.h"
#include "widgets/model/icons.h"

namespace learnscope {

int runWindow(const Registry& registry, int argc, char** argv, const std::string& labOrFile) {
  // Software GL starts a raster thread per core, which the trainer needs.
  if (qEnvironmentVariableIsEmpty("LP_NUM_THREADS")) qputenv("LP_NUM_THREADS", "1");
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("learnscope"));
  QApplication::setApplicationDisplayName(QStringLiteral("Learnscope"));
  QApplication::setApplicationVersion(QStringLiteral(LEARNSCOPE_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("learnscope"));
  Settings settings;
  startLogging(settings.logFile());
  logInfo("ui", QStringLiteral("Learnscope %1 started").arg(QStringLiteral(LEARNSCOPE_VERSION)));
  DesktopTheme theme;
  theme.setChoice(DesktopTheme::fromName(settings.value(QStringLiteral("theme")).toString()));
  MainWindow window(registry, settings, theme);
  window.show();
  const QString target = QString::fromStdString(labOrFile);
  QTimer::singleShot(0, &window, [&window, target] { window.open(target); });
  WindowBench bench(window);
  if (WindowBench::requested()) bench.start();
  const int status = QApplication::exec();
  logInfo("ui", QStringLiteral("closed"));
  return status;
}

}  // namespace learnscope
