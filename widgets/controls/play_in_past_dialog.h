// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "widgets/model/session_model.h"

namespace learnscope {

/// Play was pressed with the cursor in the past: go on from the newest step, or branch here? Carries out the answer
/// itself.
class PlayInPastDialog : public QDialog {
  Q_OBJECT
 public:
  PlayInPastDialog(SessionModel& model, std::int64_t step, QWidget* parent = nullptr);
};

}  // namespace learnscope
