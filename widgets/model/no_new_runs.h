// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/session.h"

namespace learnscope {

/// For a session that only shows runs: drawing starts none.
class NoNewRuns : public RunFactory {
 public:
  std::shared_ptr<Run> create(const Lab&, RunInfo) override {
    throw ConfigError("render", "", "drawing cannot start a run");
  }
};

}  // namespace learnscope
