// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/registry.h"

#include "engine/experiments/grokking/grokking_lab.h"
#include "engine/experiments/rich_lazy/rich_lazy_lab.h"
#include "engine/experiments/rich_lazy_exact/exact_lab.h"

namespace learnscope {

Registry builtinLabs() {
  Registry registry;
  registry.add(grokking::makeLab());
  registry.add(richlazy::makeLab());
  registry.add(richlazyexact::makeLab());
  return registry;
}

}  // namespace learnscope
