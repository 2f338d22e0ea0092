// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/registry.h"

#include "engine/experiments/concept_space/concept_space_lab.h"
#include "engine/experiments/forgetting/forgetting_lab.h"
#include "engine/experiments/grokking/grokking_lab.h"
#include "engine/experiments/part_motion/part_motion_lab.h"
#include "engine/experiments/part_motion/part_motion_tools.h"
#include "engine/experiments/rich_lazy/rich_lazy_lab.h"
#include "engine/experiments/rich_lazy_exact/exact_lab.h"
#include "engine/experiments/rnn_hmm/rnn_hmm_lab.h"
#include "engine/tools/fixed_points_tool.h"
#include "engine/tools/splats_tools.h"

namespace learnscope {

Registry builtinLabs() {
  Registry registry;
  registry.add(grokking::makeLab());
  registry.add(concept_space::makeLab());
  registry.add(rnnhmm::makeLab());
  registry.add(richlazy::makeLab());
  registry.add(richlazyexact::makeLab());
  registry.add(forgetting::makeLab());
  registry.add(partmotion::makeLab());
  registry.add(makeFixedPointsTool());
  registry.add(makeSplatsInfoTool());
  registry.add(makeSplatsRenderTool());
  registry.add(makeSplatsConvertTool());
  registry.add(makeSplatsCompareTool());
  registry.add(makeSplatsStatesTool());
  registry.add(makeSplatsCamerasTool());
  registry.add(makeSplatsStripTool());
  registry.add(partmotion::makeMoveTool());
  registry.add(partmotion::makeOutputsTool());
  return registry;
}

}  // namespace learnscope
