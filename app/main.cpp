// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/app.h"
#include "engine/experiments/registry.h"
#include "widgets/export/splat_video_tool.h"

int main(int argc, char** argv) {
  learnscope::Registry registry = learnscope::builtinLabs();
  registry.add(learnscope::makeSplatVideoTool());
  return learnscope::runApplication(registry, argc, argv);
}
