// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/registry.h"
#include "widgets/model/session_model.h"
#include "widgets/model/theme.h"

class QApplication;

namespace learnscope::cli {

/// Run files opened to be drawn without a window or a display. The last one is the current run.
class OffscreenRuns {
 public:
  /// Makes a QApplication (offscreen) if there is none.
  OffscreenRuns(const std::shared_ptr<const Lab>& lab, const std::vector<std::string>& files, const Theme& theme);
  ~OffscreenRuns();
  SessionModel& model() { return *model_; }

 private:
  struct Parts;
  std::unique_ptr<QApplication> application_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<SessionModel> model_;
};

}  // namespace learnscope::cli
