// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_offscreen.h"

#include <QApplication>

#include "engine/core/scheduler.h"
#include "engine/store/run_file.h"
#include "widgets/model/no_new_runs.h"

namespace learnscope::cli {
namespace {

std::unique_ptr<QApplication> offscreenApplication() {
  if (QCoreApplication::instance()) return nullptr;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  static int argc = 1;
  static char name[] = "learnscope";
  static char* argv[] = {name, nullptr};
  return std::make_unique<QApplication>(argc, argv);
}

}  // namespace

struct OffscreenRuns::Parts {
  Registry registry;
  NoNewRuns factory;
  Scheduler scheduler{1};
};

OffscreenRuns::OffscreenRuns(const std::shared_ptr<const Lab>& lab, const std::vector<std::string>& files,
                             const Theme& theme)
    : application_(offscreenApplication()), parts_(std::make_unique<Parts>()) {
  QApplication::setPalette(theme.palette());
  parts_->registry.add(lab);
  model_ = std::make_unique<SessionModel>(lab, parts_->factory, parts_->scheduler);
  model_->setSynchronous(true);
  for (const std::string& file : files)
    model_->session().open(openRunFile(file, parts_->registry, OpenMode::Read), false);
}

OffscreenRuns::~OffscreenRuns() = default;

}  // namespace learnscope::cli
